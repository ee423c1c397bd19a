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
internal static class PushFaults
{
    // ECR says the first of an expired token, as a denial: https://docs.aws.amazon.com/AmazonECR/latest/userguide/common-errors-docker.html
    private static readonly string[] Expired = ["authorization token has expired", "no basic auth credentials"];

    // The protocol's code DENIED, which the engine writes so. Some registries say UNAUTHORIZED in the same breath.
    private static readonly string[] Denied = ["denied: ", "is not authorized to perform", "403 Forbidden", "HTTP status: 403"];

    private static readonly string[] Unauthorized = ["unauthorized", "authentication required"];

    private static readonly string[] Transient =
    [
        "EOF", "connection reset", "connection refused", "broken pipe", "i/o timeout", "TLS handshake timeout", "Client.Timeout", "deadline exceeded",
        "timed out", "toomanyrequests", "Too Many Requests", "Rate exceeded", "status: 429", "server closed", "http2:", "use of closed network connection", "temporary failure in name resolution",
        "Internal Server Error", "Bad Gateway", "Service Unavailable", "Gateway Timeout", "status: 5", "status code 5", "server error", "blob upload unknown", "blob upload invalid", "unknown: unknown error",
    ];

    public static PushFault Classify(string error) =>
        TagChecks.SaysImmutable(error) ? PushFault.TagImmutable
        : Says(error, Expired) ? PushFault.Unauthorized
        : Says(error, Denied) ? PushFault.Denied
        : Says(error, Unauthorized) ? PushFault.Unauthorized
        : Says(error, Transient) ? PushFault.Transient
        : PushFault.Lasting;

    private static bool Says(string error, string[] words) => words.Any(word => error.Contains(word, StringComparison.OrdinalIgnoreCase));
}
