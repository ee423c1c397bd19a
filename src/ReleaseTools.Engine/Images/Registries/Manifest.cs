using System.Text.Json;
using System.Text.Json.Serialization;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>
/// An image manifest or an index of them, as far as a release reads it
/// (https://github.com/opencontainers/image-spec/blob/main/manifest.md and image-index.md; Docker's schema 2 has the same members).
/// </summary>
/// <param name="Digest">The digest of its bytes.</param>
/// <param name="MediaType">Its media type.</param>
/// <param name="Content">Its bytes, as text.</param>
public sealed record Manifest(string Digest, string MediaType, string Content)
{
    /// <summary>What a release understands: ECR converts to none other and keeps the digest.</summary>
    public static IReadOnlyList<string> AcceptedMediaTypes { get; } =
    [
        "application/vnd.docker.distribution.manifest.v2+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.oci.image.index.v1+json",
    ];

    /// <summary>The digest of the image's configuration, which the classic image store uses as image id; null for an index.</summary>
    public string? ConfigDigest => Document.Config?.Digest;

    /// <summary>The layers, lowest first; empty for an index.</summary>
    public IReadOnlyList<Descriptor> Layers => Document.Layers ?? [];

    /// <summary>The manifests an index lists; empty for an image.</summary>
    public IReadOnlyList<Descriptor> Manifests => Document.Manifests ?? [];

    /// <summary>The media type of the image's configuration; null for an index.</summary>
    public string? ConfigMediaType => Document.Config?.MediaType;

    private ManifestDocument Document => JsonSerializer.Deserialize(Content, ManifestJson.Default.ManifestDocument) ?? new ManifestDocument(null, null, null);
}

/// <summary>What a manifest says of a blob or another manifest.</summary>
public sealed record Descriptor(string? MediaType, string? Digest, long Size)
{
    /// <summary>What else is said of it, by name.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>What an image of an index runs on; null where the index does not say.</summary>
    public DescriptorPlatform? Platform { get; init; }

    /// <summary>
    /// Whether an index lists it beside an image and not as one, as BuildKit does with provenance and SBOM
    /// (https://docs.docker.com/build/metadata/attestations/attestation-storage/).
    /// </summary>
    public bool IsAttestation => Annotations?.GetValueOrDefault("vnd.docker.reference.type") == "attestation-manifest";
}

/// <summary>What an image runs on, in Go's words: <c>linux</c>, <c>amd64</c>.</summary>
public sealed record DescriptorPlatform(string? Os, string? Architecture);

internal sealed record ManifestDocument(Descriptor? Config, IReadOnlyList<Descriptor>? Layers, IReadOnlyList<Descriptor>? Manifests);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ManifestDocument))]
internal sealed partial class ManifestJson : JsonSerializerContext;
