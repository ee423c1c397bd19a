using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images;

/// <summary>
/// The name of an image: registry host, repository path, tag and digest, by the grammar of
/// https://pkg.go.dev/github.com/distribution/reference. Unlike the docker CLI it fills in no default registry: an image
/// that is to be pushed says where.
/// </summary>
public sealed partial record ImageReference
{
    /// <summary>A repository's whole name, host included, has at most this many characters.</summary>
    public const int MaximumNameLength = 255;

    private ImageReference(string host, string path, string? tag, string? digest)
    {
        Host = host;
        Path = path;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>The registry's host, with its port where one is given.</summary>
    public string Host { get; }

    /// <summary>The repository within the registry, such as <c>team/web-ui</c>.</summary>
    public string Path { get; }

    /// <summary>The tag; null where none is given.</summary>
    public string? Tag { get; }

    /// <summary>The digest, such as <c>sha256:…</c>; null where none is given.</summary>
    public string? Digest { get; }

    /// <summary>Host and path.</summary>
    public string Repository => $"{Host}/{Path}";

    /// <summary>Reads a reference.</summary>
    /// <exception cref="ReleaseException"><c>ImageReferenceInvalid</c>: it does not follow the grammar; the message says where.</exception>
    public static ImageReference Parse(string text) =>
        TryParse(text, out var reference, out var problem)
            ? reference
            : throw ReleaseException.For(nameof(Messages.ImageReferenceInvalid), ErrorKind.InvalidArgument, text, text, problem);

    /// <summary>Reads a repository, which is a reference without tag and digest.</summary>
    /// <exception cref="ReleaseException"><c>ImageReferenceInvalid</c>: it does not follow the grammar, or says more than a repository.</exception>
    public static ImageReference ParseRepository(string text) =>
        Parse(text) is { Tag: null, Digest: null } repository
            ? repository
            : throw ReleaseException.For(
                nameof(Messages.ImageReferenceInvalid), ErrorKind.InvalidArgument, text, text, "a repository is named without tag and digest");

    /// <summary>Reads a reference, or says what is wrong with it.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ImageReference? reference, [NotNullWhen(false)] out string? problem)
    {
        reference = null;
        problem = null;
        if (string.IsNullOrEmpty(text))
        {
            problem = "it is empty";
            return false;
        }

        // Digest first, then tag: a digest holds a colon, and so does a host's port.
        var (name, digest) = CutAt(text, text.IndexOf('@', StringComparison.Ordinal));
        var lastColon = name.LastIndexOf(':');
        var (repository, tag) = CutAt(name, lastColon > name.LastIndexOf('/') ? lastColon : -1);
        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        var (host, path) = slash < 0 ? ("", repository) : (repository[..slash], repository[(slash + 1)..]);

        problem = Problem(host, path, tag, digest);
        if (problem is not null)
            return false;
        reference = new ImageReference(host, path, tag, digest);
        return true;
    }

    /// <summary>Whether a text can be a tag: at most 128 of letters, digits, <c>_</c>, <c>.</c> and <c>-</c>, the last two not first.</summary>
    public static bool IsTag([NotNullWhen(true)] string? text) => text is not null && TagGrammar().IsMatch(text);

    /// <summary>Whether a text is a digest that registries know: <c>sha256:</c> and 64, or <c>sha512:</c> and 128 lower-case hexadecimal digits.</summary>
    public static bool IsDigest([NotNullWhen(true)] string? text) => text is not null && DigestGrammar().IsMatch(text);

    /// <summary>The same repository with another tag and no digest.</summary>
    /// <exception cref="ReleaseException"><c>ImageTagInvalid</c>: it is no tag.</exception>
    public ImageReference WithTag(string tag) => new(Host, Path, CheckTag(tag), digest: null);

    /// <summary>The reference as docker writes it.</summary>
    public override string ToString() =>
        Repository + (Tag is null ? "" : ":" + Tag) + (Digest is null ? "" : "@" + Digest);

    /// <summary>Gives a tag back, or the error.</summary>
    /// <exception cref="ReleaseException"><c>ImageTagInvalid</c>: it is no tag.</exception>
    public static string CheckTag(string tag) =>
        IsTag(tag) ? tag : throw ReleaseException.For(nameof(Messages.ImageTagInvalid), ErrorKind.InvalidArgument, tag, tag);

    private static string? Problem(string host, string path, string? tag, string? digest)
    {
        if (host.Length == 0)
            return "it names no registry host (host[:port]/name)";
        // docker reads a first part without dot, port or "localhost" as a Docker Hub user, not as a host.
        if (!HostGrammar().IsMatch(host) || !(host.AsSpan().ContainsAny('.', ':', '[') || host == "localhost" || host.Any(char.IsAsciiLetterUpper)))
            return $"'{host}' is no registry host";
        if (path.Any(char.IsAsciiLetterUpper))
            return $"the repository '{path}' must be in lower case";
        if (!PathGrammar().IsMatch(path))
            return $"'{path}' is no repository name";
        if (host.Length + 1 + path.Length > MaximumNameLength)
            return $"host and name have more than {MaximumNameLength} characters";
        if (tag is not null && !IsTag(tag))
            return $"'{tag}' is no tag";
        return digest is not null && !IsDigest(digest) ? $"'{digest}' is no digest" : null;
    }

    private static (string Before, string? After) CutAt(string text, int index) => index < 0 ? (text, null) : (text[..index], text[(index + 1)..]);

    [GeneratedRegex(@"\A(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\[[a-fA-F0-9:]+\])(?::[0-9]+)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex HostGrammar();

    [GeneratedRegex(@"\A[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathGrammar();

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TagGrammar();

    [GeneratedRegex(@"\A(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DigestGrammar();
}
