using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>An image as a repository holds it.</summary>
/// <param name="Digest">The digest of the manifest's bytes.</param>
/// <param name="MediaType">The manifest's media type.</param>
/// <param name="ArtifactMediaType">The configuration's media type; null for a list.</param>
/// <param name="Manifest">The manifest's bytes, as pushed.</param>
/// <param name="Size">Configuration and layers in bytes; the largest image of a list.</param>
/// <param name="PushedAt">When it was pushed.</param>
internal sealed record StoredImage(
    string Digest, string MediaType, string? ArtifactMediaType, ReadOnlyMemory<byte> Manifest, long Size, DateTimeOffset PushedAt)
{
    /// <summary>Whether it is a list of images and none itself.</summary>
    public bool IsList => MediaType is Registry.ManifestReader.DockerList or Registry.ManifestReader.OciIndex;
}

/// <summary>A repository of ECR. Guarded by the lock of <see cref="ImageCatalog"/>, which alone hands it out.</summary>
internal sealed class ImageRepository(string name, DateTimeOffset createdAt)
{
    /// <summary>The name, such as <c>stereo-spot/web-ui</c>.</summary>
    public string Name { get; } = name;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; } = createdAt;

    /// <summary><c>MUTABLE</c> or <c>IMMUTABLE</c>.</summary>
    public string TagMutability { get; set; } = "MUTABLE";

    /// <summary>Images by digest, in the order in which they came.</summary>
    public Dictionary<string, StoredImage> Images { get; } = new(StringComparer.Ordinal);

    /// <summary>The digest that each tag names.</summary>
    public SortedDictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    /// <summary>The layers and configurations it holds; a blob of another repository is unknown here until it is mounted.</summary>
    public HashSet<string> Blobs { get; } = new(StringComparer.Ordinal);

    /// <summary>Tags and settings it was made with.</summary>
    public System.Text.Json.Nodes.JsonObject Settings { get; set; } = [];

    /// <summary>The last scan of each image, by the image's digest.</summary>
    public Dictionary<string, StoredScan> Scans { get; } = new(StringComparer.Ordinal);

    /// <summary>Its own setting of whether what is pushed is scanned.</summary>
    public bool ScanOnPush => Settings.Structure("imageScanningConfiguration")?.Flag("scanOnPush") ?? false;

    /// <summary>The image that a tag or digest names; null when it is not here.</summary>
    public StoredImage? Find(string reference) => Images.GetValueOrDefault(Tags.GetValueOrDefault(reference, reference));

    /// <summary>The tags that name an image.</summary>
    public IEnumerable<string> TagsOf(string digest) => Tags.Where(tag => tag.Value == digest).Select(tag => tag.Key);
}
