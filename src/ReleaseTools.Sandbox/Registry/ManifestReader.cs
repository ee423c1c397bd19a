using System.Text.Json;
using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Registry;

/// <summary>What a registry must know of a manifest: what it is and what it refers to.</summary>
/// <param name="MediaType">The manifest's media type.</param>
/// <param name="ArtifactMediaType">The media type of its configuration; null for a list.</param>
/// <param name="Blobs">Digest and size of its configuration and layers.</param>
/// <param name="Manifests">Digests of the manifests that a list names.</param>
internal sealed record ManifestContent(
    string MediaType, string? ArtifactMediaType, IReadOnlyList<(string Digest, long Size)> Blobs, IReadOnlyList<string> Manifests);

/// <summary>Reads Docker's schema 2 and OCI's manifests and lists.</summary>
internal static class ManifestReader
{
    public const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    public const string DockerList = "application/vnd.docker.distribution.manifest.list.v2+json";
    public const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    public const string OciIndex = "application/vnd.oci.image.index.v1+json";

    /// <summary>Reads a manifest; null when it is none that ECR knows.</summary>
    /// <param name="bytes">The manifest's bytes.</param>
    /// <param name="contentType">The media type the client said; the manifest's own word, or its shape, where it said none.</param>
    public static ManifestContent? Read(ReadOnlySpan<byte> bytes, string? contentType)
    {
        JsonObject? manifest;
        try
        {
            manifest = JsonNode.Parse(bytes) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
        if (manifest is null || manifest.Number("schemaVersion") != 2)
            return null;
        var mediaType = Known(contentType) ?? Known(manifest.Text("mediaType")) ?? (manifest.ContainsKey("manifests") ? OciIndex : OciManifest);
        return mediaType is DockerList or OciIndex ? ReadList(manifest, mediaType) : ReadImage(manifest, mediaType);
    }

    private static ManifestContent? ReadImage(JsonObject manifest, string mediaType)
    {
        if (manifest["config"] is not JsonObject config || manifest["layers"] is not JsonArray)
            return null;
        // A layer with URLs is fetched from there and is not in the registry.
        var descriptors = manifest.Structures("layers").Where(layer => layer["urls"] is not JsonArray { Count: > 0 }).Prepend(config);
        var blobs = descriptors.Select(descriptor => (descriptor.Text("digest") ?? string.Empty, Size(descriptor))).ToList();
        return new ManifestContent(mediaType, config.Text("mediaType"), blobs, []);
    }

    private static ManifestContent ReadList(JsonObject manifest, string mediaType) =>
        new(mediaType, null, [], [.. manifest.Structures("manifests").Select(entry => entry.Text("digest") ?? string.Empty)]);

    private static long Size(JsonObject descriptor) => descriptor["size"] is JsonValue value && value.TryGetValue(out long size) ? size : 0;

    private static string? Known(string? mediaType) =>
        mediaType?.Split(';')[0].Trim() is DockerManifest or DockerList or OciManifest or OciIndex ? mediaType.Split(';')[0].Trim() : null;
}
