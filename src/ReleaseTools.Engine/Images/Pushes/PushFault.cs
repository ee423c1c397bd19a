using System.Text.RegularExpressions;
using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Images.Pushes;

/// <summary>What to do about a push that the engine says went wrong.</summary>
internal enum PushFault
{
    /// <summary>It would go wrong again.</summary>
    Lasting,

    /// <summary>The registry or the way to it failed for a moment: wait, and push again.</summary>
    Transient,

    /// <summary>The registry does not take the credentials: fetch new ones, once.</summary>
    Unauthorized,

    /// <summary>The registry knows whose credentials they are, and that they may not push there.</summary>
    Denied,

    /// <summary>The tag holds another image, and the repository's tags are immutable.</summary>
    TagImmutable,
}

/// <summary>
/// Tells faults apart by the engine's words, which are all it gives: the push's stream is a 200 whatever happens, and
/// its errors carry no code (moby, distribution/push_v2.go and registry client errors).
/// </summary>
/// <remarks>
/// The words are in part names: of the repository, of a role. So the image's own name is taken out first, a word is looked for as it is
/// written and as a whole, and a phrase wherever there is one, for names have no blanks.
/// </remarks>
internal static partial class PushFaults
{
    // ECR says the first of an expired token, as a denial: https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html
    private static readonly string[] Expired = ["authorization token has expired", "no basic auth credentials"];

    // AWS's words about a permission, whatever else stands beside them.
    private static readonly string[] NotPermitted = ["is not authorized to perform"];

    // The protocol's code DENIED, which the engine writes so. Some registries say UNAUTHORIZED in the same breath, and some say it of an immutable tag.
    private static readonly string[] Denied = ["denied: ", "403 Forbidden", "HTTP status: 403"];

    private static readonly string[] Unauthorized = ["authentication required"];

    private static readonly string[] Transient =
    [
        "connection reset by peer", "connection refused", "broken pipe", "i/o timeout", "TLS handshake timeout", "Client.Timeout ", "deadline exceeded",
        "timed out", "Too Many Requests", "Rate exceeded", "server closed", "http2: ", "use of closed network connection", "temporary failure in name resolution",
        "Internal Server Error", "Bad Gateway", "Service Unavailable", "Gateway Timeout", "server error", "blob upload unknown", "blob upload invalid", "unknown: unknown error",
    ];

    /// <summary>What to do about an error.</summary>
    /// <param name="error">The engine's words.</param>
    /// <param name="reference">The image that was pushed.</param>
    public static PushFault Classify(string error, ImageReference reference)
    {
        var words = WithoutNames(error, reference);
        return Says(words, NotPermitted) ? PushFault.Denied
            : TagChecks.SaysImmutable(words) ? PushFault.TagImmutable
            : Says(words, Expired) ? PushFault.Unauthorized
            : Says(words, Denied) ? PushFault.Denied
            : Says(words, Unauthorized) || NotKnown().IsMatch(words) ? PushFault.Unauthorized
            : Says(words, Transient) || BrokeOff().IsMatch(words) || NotNow().IsMatch(words) ? PushFault.Transient
            : PushFault.Lasting;
    }

    private static bool Says(string error, string[] words) => words.Any(word => error.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>The text without the image's name and tag, where they stand as names do: in quotes, in a path, or one before the other.</summary>
    private static string WithoutNames(string error, ImageReference reference)
    {
        var path = Regex.Escape(reference.Path);
        var tag = Regex.Escape(reference.Tag!);
        var names = $"""
            (?<![\w.-])(?:{Regex.Escape(reference.Host)}/)?{path}:{tag}(?![\w.-])|(?<=['"`/]){path}(?![\w.-])|(?<=['"`:/]){tag}(?=['"`\s]|$)
            """;
        return Regex.Replace(error, names, "…", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }

    // Go's word for a connection that ended, by itself or as "unexpected EOF".
    [GeneratedRegex(@"(?<![\w./:-])EOF(?![\w./-])", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BrokeOff();

    // The protocol's code UNAUTHORIZED, and "unauthorized to access repository" (Harbor).
    [GeneratedRegex(@"(?<![\w./:-])unauthorized(?![\w./-])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotKnown();

    // The protocol's code TOOMANYREQUESTS; of the engine "received unexpected HTTP status: 502 Bad Gateway", "unexpected status code 503".
    [GeneratedRegex(@"(?<![\w./:-])toomanyrequests(?![\w./-])|\bstatus(?: code)?:? (?:429|5\d\d)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotNow();
}
