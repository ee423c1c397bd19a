using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>
/// What images that a registry holds are and say of themselves, by manifest and configuration
/// (https://github.com/opencontainers/image-spec/blob/main/config.md). An index stands for the images that it lists.
/// </summary>
internal sealed class ImageConfigs(IImageRegistry registry)
{
    private static readonly IReadOnlyDictionary<string, string?> NoLabels = new Dictionary<string, string?>(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<(string Repository, string Digest), Lazy<Task<IReadOnlySet<string>>>> ids = new();

    /// <summary>All that an image may be known by: its digest, those of the manifests that it lists, and of their configurations. Each is looked at once.</summary>
    /// <exception cref="Errors.ReleaseException">The registry refused, or did not answer.</exception>
    public Task<IReadOnlySet<string>> IdsAsync(string repository, string digest, CancellationToken cancellationToken) =>
        ids.GetOrAdd((repository, digest), of => new(() => ReadIdsAsync(of.Repository, of.Digest, cancellationToken))).Value;

    /// <summary>The labels of each image that a digest stands for.</summary>
    /// <exception cref="Errors.ReleaseException">The registry refused, or did not answer.</exception>
    public async Task<IReadOnlyList<IReadOnlyDictionary<string, string?>>> LabelsAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        var labels = new List<IReadOnlyDictionary<string, string?>>();
        foreach (var image in await ImagesAsync(repository, digest, cancellationToken))
            labels.Add(image.ConfigDigest is { } config && await registry.GetBlobAsync(repository, config, cancellationToken) is { } blob ? Labels(blob) : NoLabels);
        return labels;
    }

    private async Task<IReadOnlySet<string>> ReadIdsAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        var images = await ImagesAsync(repository, digest, cancellationToken);
        return images.SelectMany(image => new[] { image.Digest, image.ConfigDigest }).OfType<string>().Append(digest).ToHashSet(StringComparer.Ordinal);
    }

    private async Task<IReadOnlyList<Manifest>> ImagesAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        if (await registry.GetManifestAsync(repository, digest, cancellationToken) is not { } manifest)
            return [];
        if (manifest.Manifests.Count == 0)
            return [manifest];
        var images = new List<Manifest>();
        foreach (var listed in manifest.Manifests.Where(listed => !listed.IsAttestation).Select(listed => listed.Digest).OfType<string>())
        {
            if (await registry.GetManifestAsync(repository, listed, cancellationToken) is { } image)
                images.Add(image);
        }

        return images;
    }

    private static IReadOnlyDictionary<string, string?> Labels(byte[] config)
    {
        try
        {
            return JsonSerializer.Deserialize(config, ConfigDocumentJson.Default.ConfigDocument)?.Config?.Labels ?? NoLabels;
        }
        catch (JsonException)
        {
            return NoLabels; // no configuration of a container
        }
    }
}

internal sealed record ConfigDocument([property: JsonPropertyName("config")] ContainerSettings? Config);

internal sealed record ContainerSettings([property: JsonPropertyName("Labels")] IReadOnlyDictionary<string, string?>? Labels);

[JsonSerializable(typeof(ConfigDocument))]
internal sealed partial class ConfigDocumentJson : JsonSerializerContext;
