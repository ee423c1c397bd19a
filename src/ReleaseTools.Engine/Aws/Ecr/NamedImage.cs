namespace ReleaseTools.Engine.Aws.Ecr;

/// <summary>
/// An image as a task definition or a model names it: <c>repository[:tag][@digest]</c>. Read without a grammar, as AWS
/// took it already, and a sidecar's may have no host (<c>nginx:1.27</c>); what is to be pushed is an
/// <see cref="Images.ImageReference"/>.
/// </summary>
/// <param name="Repository">Registry host and name, without tag.</param>
/// <param name="Tag">The tag as written; null when there is none, which Docker reads as <c>latest</c>.</param>
/// <param name="Digest">The digest, <c>sha256:…</c>; null when it is named by tag.</param>
public sealed record NamedImage(string Repository, string? Tag, string? Digest)
{
    /// <summary>The tag that is meant when it is named by tag.</summary>
    public string EffectiveTag => Tag ?? "latest";

    /// <summary>Takes a reference apart.</summary>
    public static NamedImage Parse(string reference)
    {
        var at = reference.IndexOf('@', StringComparison.Ordinal);
        var digest = at < 0 ? null : reference[(at + 1)..];
        var name = at < 0 ? reference : reference[..at];

        // A colon before the last slash is the registry's port.
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? new(name[..colon], name[(colon + 1)..], digest) : new(name, Tag: null, digest);
    }

    /// <summary>Whether it is an image of <paramref name="repository"/>.</summary>
    public bool IsIn(string repository) => string.Equals(Repository, repository, StringComparison.OrdinalIgnoreCase);
}
