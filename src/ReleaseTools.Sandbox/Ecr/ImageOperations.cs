using System.Text;
using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Registry;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>ECR's operations on images.</summary>
internal sealed class ImageOperations(SandboxWorld world, ImageCatalog catalog, LayerDownloads downloads)
{
    // https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html and API_BatchGetImage.html
    private const int MaxImageIds = 100;

    private string Account => world.Options.Account;

    /// <summary>DescribeImages.</summary>
    public JsonObject Describe(JsonObject request)
    {
        var ids = ImageIds(request);
        if (ids.Count > 0 && (request.ContainsKey("maxResults") || request.ContainsKey("nextToken")))
            throw EcrErrors.Invalid("imageIds", "maxResults and nextToken cannot be used with imageIds");
        return InRepository(request, repository =>
        {
            if (ids.Count > 0)
            {
                var asked = ids.Select(id => id.FindIn(repository) ?? throw EcrErrors.ImageNotFound(repository.Name, Account, id.Digest, id.Tag));
                return new JsonObject { ["imageDetails"] = asked.DistinctBy(image => image.Digest, StringComparer.Ordinal).Select(image => Detail(repository, image)).ToJsonArray() };
            }
            var filtered = repository.Images.Values.Where(image => PassesFilter(request, repository.TagsOf(image.Digest).Any()));
            var page = EcrPage.Of(filtered.ToList(), request);
            return page.MarkNext(new JsonObject { ["imageDetails"] = page.Items.Select(image => Detail(repository, image)).ToJsonArray() }, "nextToken");
        });
    }

    /// <summary>ListImages: an entry for each tag, and one for each image that has none.</summary>
    public JsonObject List(JsonObject request) => InRepository(request, repository =>
    {
        var entries = repository.Images.Keys
            .SelectMany(digest => repository.TagsOf(digest).DefaultIfEmpty().Select(tag => new ImageId(digest, tag)))
            .Where(id => PassesFilter(request, id.Tag is not null));
        var page = EcrPage.Of(entries.ToList(), request);
        return page.MarkNext(new JsonObject { ["imageIds"] = page.Items.Select(id => id.ToJson()).ToJsonArray() }, "nextToken");
    });

    /// <summary>BatchGetImage.</summary>
    public JsonObject BatchGet(JsonObject request)
    {
        var ids = RequiredImageIds(request);
        var accepted = request.Texts("acceptedMediaTypes");
        return InRepository(request, repository =>
        {
            var (images, failures) = (new JsonArray(), new JsonArray());
            foreach (var id in ids)
            {
                // An image of a type that is not accepted is not found; ECR may convert it instead, into another digest.
                if (id.FindIn(repository) is { } image && (accepted.Count == 0 || accepted.Contains(image.MediaType, StringComparer.Ordinal)))
                    images.Add(Image(repository, image, id.Tag));
                else
                    failures.Add(id.Failure());
            }
            return new JsonObject { ["images"] = images, ["failures"] = failures };
        });
    }

    /// <summary>GetDownloadUrlForLayer, of configurations as well.</summary>
    public JsonObject DownloadUrl(JsonObject request)
    {
        var digest = request.Text("layerDigest") is { } given && Digest.IsValid(given) ? given : throw EcrErrors.Invalid("layerDigest", "must satisfy regular expression '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'");
        return InRepository(request, repository => repository.Blobs.Contains(digest)
            ? new JsonObject { ["downloadUrl"] = downloads.Url(repository.Name, digest), ["layerDigest"] = digest }
            : throw EcrErrors.LayersUnknown(repository.Name, Account, digest));
    }

    /// <summary>PutImage: how a tag is moved without moving a layer.</summary>
    public JsonObject Put(JsonObject request)
    {
        var bytes = Encoding.UTF8.GetBytes(request.Text("imageManifest") ?? throw EcrErrors.Invalid("imageManifest", "Member must not be null"));
        var tag = request.Text("imageTag");
        if (tag is not null && !ImageTag.IsValid(tag))
            throw EcrErrors.Invalid("imageTag", "must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'");
        var content = ManifestReader.Read(bytes, request.Text("imageManifestMediaType")) ?? throw EcrErrors.Invalid("imageManifest", "Invalid image manifest");
        var digest = Digest.Of(bytes);
        if (request.Text("imageDigest") is { } given && given != digest)
            throw EcrErrors.DigestMismatch(given, digest);
        return InRepository(request, repository =>
        {
            var known = repository.Images.ContainsKey(digest);
            if (known && (tag is null || repository.Tags.GetValueOrDefault(tag) == digest))
                throw EcrErrors.ImageExists(repository.Name, Account, digest, tag ?? "null");
            var image = catalog.PutManifest(repository.Name, content, bytes, tag);
            return new JsonObject { ["image"] = Image(repository, image, tag) };
        });
    }

    /// <summary>BatchDeleteImage: a tag goes; the image goes with its last tag, or when it is named by its digest.</summary>
    public JsonObject BatchDelete(JsonObject request)
    {
        var ids = RequiredImageIds(request);
        return InRepository(request, repository =>
        {
            var (deleted, failures) = (new JsonArray(), new JsonArray());
            foreach (var id in ids)
            {
                if (id.FindIn(repository) is not { } image)
                {
                    failures.Add(id.Failure());
                    continue;
                }
                var tags = id.Tag is null ? repository.TagsOf(image.Digest).ToList() : [id.Tag];
                foreach (var tag in tags)
                {
                    repository.Tags.Remove(tag);
                    deleted.Add(new ImageId(image.Digest, tag).ToJson());
                }
                if (tags.Count == 0)
                    deleted.Add(new ImageId(image.Digest, null).ToJson());
                if (repository.TagsOf(image.Digest).Any())
                    continue;
                repository.Images.Remove(image.Digest);
                repository.Scans.Remove(image.Digest);
            }
            return new JsonObject { ["imageIds"] = deleted, ["failures"] = failures };
        });
    }

    private JsonObject InRepository(JsonObject request, Func<ImageRepository, JsonObject> work) =>
        catalog.With(request.Text("repositoryName") ?? throw EcrErrors.Invalid("repositoryName", "Member must not be null"), work);

    private static List<ImageId> ImageIds(JsonObject request)
    {
        var ids = request.Structures("imageIds");
        if (ids.Count > MaxImageIds)
            throw EcrErrors.Invalid("imageIds", $"Member must have length less than or equal to {MaxImageIds}");
        return [.. ids.Select(id => new ImageId(id.Text("imageDigest"), id.Text("imageTag")))];
    }

    private static List<ImageId> RequiredImageIds(JsonObject request) =>
        ImageIds(request) is { Count: > 0 } ids ? ids : throw EcrErrors.Invalid("imageIds", "Member must have length greater than or equal to 1");

    private static bool PassesFilter(JsonObject request, bool tagged) => (request["filter"] as JsonObject)?.Text("tagStatus") switch
    {
        "TAGGED" => tagged,
        "UNTAGGED" => !tagged,
        null or "ANY" => true,
        _ => throw EcrErrors.Invalid("filter.tagStatus", "Member must satisfy enum value set: [TAGGED, UNTAGGED, ANY]"),
    };

    private JsonObject Detail(ImageRepository repository, StoredImage image)
    {
        var detail = new JsonObject
        {
            ["registryId"] = Account,
            ["repositoryName"] = repository.Name,
            ["imageDigest"] = image.Digest,
            ["imageSizeInBytes"] = image.Size,
            ["imagePushedAt"] = AnswerJson.Epoch(image.PushedAt),
            ["imageManifestMediaType"] = image.MediaType,
        };
        if (repository.TagsOf(image.Digest).ToJsonArray() is { Count: > 0 } tags)
            detail["imageTags"] = tags;
        if (image.ArtifactMediaType is not null)
            detail["artifactMediaType"] = image.ArtifactMediaType;
        return detail;
    }

    private JsonObject Image(ImageRepository repository, StoredImage image, string? tag) => new()
    {
        ["registryId"] = Account,
        ["repositoryName"] = repository.Name,
        ["imageId"] = new ImageId(image.Digest, tag).ToJson(),
        ["imageManifest"] = Encoding.UTF8.GetString(image.Manifest.Span),
        ["imageManifestMediaType"] = image.MediaType,
    };
}
