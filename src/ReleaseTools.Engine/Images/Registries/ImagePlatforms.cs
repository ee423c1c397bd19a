using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>What an image runs on, in the words of Go and of docker's <c>--platform</c>.</summary>
/// <param name="Os">The operating system, such as <c>linux</c>.</param>
/// <param name="Architecture">The processor, such as <c>amd64</c>.</param>
internal sealed record ImagePlatform(string Os, string Architecture)
{
    /// <summary>As <c>--platform</c> takes it: <c>linux/amd64</c>.</summary>
    public override string ToString() => $"{Os}/{Architecture}";
}

/// <summary>
/// The platforms of images, each digest looked at once: those that an index lists, or the one that the configuration of an
/// image names (https://github.com/opencontainers/image-spec/blob/main/config.md).
/// </summary>
internal sealed class ImagePlatforms(IImageRegistry registry)
{
    private const string Unknown = "unknown";

    // What is kept under another type, such as a Helm chart or an SBOM, has no platform.
    private static readonly string[] ConfigTypes = ["application/vnd.oci.image.config.v1+json", "application/vnd.docker.container.image.v1+json"];

    private readonly ConcurrentDictionary<(string Repository, string Digest), Lazy<Task<IReadOnlyList<ImagePlatform>>>> known = new();

    /// <summary>The platforms; none when the image does not say all of them.</summary>
    /// <exception cref="Errors.ReleaseException">The registry refused, or did not answer.</exception>
    public Task<IReadOnlyList<ImagePlatform>> OfAsync(string repository, string digest, CancellationToken cancellationToken) =>
        known.GetOrAdd((repository, digest), of => new(() => ReadAsync(of.Repository, of.Digest, cancellationToken))).Value;

    private async Task<IReadOnlyList<ImagePlatform>> ReadAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        if (await registry.GetManifestAsync(repository, digest, cancellationToken) is not { } manifest)
            return [];
        if (manifest.Manifests.Count > 0)
            return OfIndex(manifest);
        if (manifest.ConfigDigest is not { } config || !ConfigTypes.Contains(manifest.ConfigMediaType, StringComparer.Ordinal))
            return [];
        return await registry.GetBlobAsync(repository, config, cancellationToken) is { } blob && Read(blob) is { } platform ? [platform] : [];
    }

    // BuildKit lists provenance and SBOM as images of unknown/unknown.
    private static List<ImagePlatform> OfIndex(Manifest index)
    {
        var images = index.Manifests.Where(listed => !listed.IsAttestation && listed.Platform is not { Os: Unknown, Architecture: Unknown }).ToList();
        var platforms = images.Select(image => Of(image.Platform)).OfType<ImagePlatform>().Distinct().ToList();
        return images.TrueForAll(image => Of(image.Platform) is not null) ? platforms : [];
    }

    private static ImagePlatform? Read(byte[] config)
    {
        try
        {
            return Of(JsonSerializer.Deserialize(config, ImageConfigJson.Default.DescriptorPlatform));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ImagePlatform? Of(DescriptorPlatform? platform) =>
        platform is { Os: { Length: > 0 } os, Architecture: { Length: > 0 } architecture } ? new(os, architecture) : null;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(DescriptorPlatform))]
internal sealed partial class ImageConfigJson : JsonSerializerContext;
