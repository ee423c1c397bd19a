using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Registry;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>
/// Keeps the repositories between runs. Manifests are kept as blobs, byte for byte: their digest is taken over the bytes,
/// which a place in the state's JSON might not give back.
/// </summary>
internal sealed class CatalogState(ImageCatalog catalog, BlobStore blobs)
{
    /// <summary>The state as JSON.</summary>
    public JsonObject Save() => catalog.WithAll(all => new JsonObject
    {
        ["repositories"] = all.Values.Select(Saved).ToJsonArray(),
        ["scanning"] = catalog.Scanning.ToJson(),
    });

    /// <summary>Takes a state up.</summary>
    public void Load(JsonObject state) => catalog.WithAll(all =>
    {
        foreach (var saved in state.Structures("repositories"))
        {
            var repository = Loaded(saved);
            all[repository.Name] = repository;
        }
        if (state.Structure("scanning") is { } scanning)
            catalog.Scanning.Take(scanning);
        return all.Count;
    });

    private JsonObject Saved(ImageRepository repository)
    {
        var tags = new JsonObject();
        foreach (var (tag, digest) in repository.Tags)
            tags[tag] = digest;
        return new JsonObject
        {
            ["name"] = repository.Name,
            ["createdAt"] = AnswerJson.Stamp(repository.CreatedAt),
            ["tagMutability"] = repository.TagMutability,
            ["settings"] = repository.Settings.DeepClone(),
            ["blobs"] = repository.Blobs.ToJsonArray(),
            ["images"] = repository.Images.Values.Select(Saved).ToJsonArray(),
            ["tags"] = tags,
            ["scans"] = repository.Scans.Select(scan => ScanState.Saved(scan.Key, scan.Value)).ToJsonArray(),
        };
    }

    private JsonObject Saved(StoredImage image)
    {
        blobs.Put(image.Manifest.Span);
        return new JsonObject
        {
            ["digest"] = image.Digest,
            ["mediaType"] = image.MediaType,
            ["artifactMediaType"] = image.ArtifactMediaType,
            ["size"] = image.Size,
            ["pushedAt"] = AnswerJson.Stamp(image.PushedAt),
        };
    }

    private ImageRepository Loaded(JsonObject saved)
    {
        var repository = new ImageRepository(saved.Text("name")!, saved.Stamped("createdAt"))
        {
            TagMutability = saved.Text("tagMutability")!,
            Settings = saved["settings"]!.DeepClone().AsObject(),
        };
        repository.Blobs.UnionWith(saved.Texts("blobs"));
        foreach (var image in saved.Structures("images"))
        {
            var digest = image.Text("digest")!;
            repository.Images[digest] = new StoredImage(
                digest, image.Text("mediaType")!, image.Text("artifactMediaType"), blobs.Read(digest), image["size"]!.GetValue<long>(), image.Stamped("pushedAt"));
        }
        foreach (var (tag, digest) in saved["tags"]!.AsObject())
            repository.Tags[tag] = digest!.GetValue<string>();
        foreach (var scan in saved.Structures("scans"))
            repository.Scans[scan.Text("digest")!] = ScanState.Loaded(scan);
        return repository;
    }
}
