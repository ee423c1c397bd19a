using System.Text.RegularExpressions;

namespace ReleaseTools.Sandbox.Registry;

/// <summary>What a path under <c>/v2/</c> names.</summary>
/// <param name="Kind">The kind of thing.</param>
/// <param name="Repository">The repository's name; null for the base and the catalog.</param>
/// <param name="Reference">The tag, digest or upload; null where the path has none.</param>
internal sealed partial record RegistryRoute(RegistryThing Kind, string? Repository, string? Reference)
{
    /// <summary>Reads a path; null when it names nothing of the protocol.</summary>
    public static RegistryRoute? Parse(string path)
    {
        if (path is "/v2" or "/v2/")
            return new RegistryRoute(RegistryThing.Base, null, null);
        if (path == "/v2/_catalog")
            return new RegistryRoute(RegistryThing.Catalog, null, null);
        var match = Pattern().Match(path);
        if (!match.Success)
            return null;
        var kind = match.Groups["kind"].Value switch
        {
            "manifests" => RegistryThing.Manifest,
            "blobs/uploads" => RegistryThing.Upload,
            "blobs" => RegistryThing.Blob,
            _ => RegistryThing.Tags,
        };
        var reference = match.Groups["reference"].Value;
        return new RegistryRoute(kind, match.Groups["name"].Value, reference.Length == 0 || kind == RegistryThing.Tags ? null : reference);
    }

    [GeneratedRegex("^/v2/(?<name>[a-z0-9][a-z0-9._/-]*)/(?<kind>manifests|blobs/uploads|blobs|tags)/(?<reference>[^/]*)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Pattern();
}

/// <summary>What the distribution protocol's paths name.</summary>
internal enum RegistryThing
{
    /// <summary>The base, which tells that the protocol is spoken.</summary>
    Base,

    /// <summary>The list of repositories.</summary>
    Catalog,

    /// <summary>A manifest.</summary>
    Manifest,

    /// <summary>A layer or configuration.</summary>
    Blob,

    /// <summary>A blob on its way.</summary>
    Upload,

    /// <summary>The list of tags.</summary>
    Tags,
}
