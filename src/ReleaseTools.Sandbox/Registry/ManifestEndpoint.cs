using System.Text.Json;
using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Ecr;
using ReleaseTools.Sandbox.Server;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Registry;

/// <summary>Manifests and lists of tags: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests</summary>
internal sealed class ManifestEndpoint(ImageCatalog catalog)
{
    // ECR's limit; https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html
    private const int MaxManifestBytes = 4_194_304;

    /// <summary>The manifest that a tag or digest names.</summary>
    public RegistryAnswer Get(string repository, string? reference, bool headOnly)
    {
        var image = catalog.With(repository, held => held.Find(reference ?? string.Empty))
            ?? throw new RegistryException(404, "MANIFEST_UNKNOWN", "Requested image not found");
        return new RegistryAnswer
        {
            ContentType = image.MediaType,
            ContentLength = image.Manifest.Length,
            Headers = Headers(image.Digest),
            Body = headOnly ? null : new MemoryStream(image.Manifest.ToArray(), writable: false),
        };
    }

    /// <summary>Stores a manifest under a tag or its digest.</summary>
    public async Task<RegistryAnswer> PutAsync(string repository, string? reference, RegistryRequest request, CancellationToken cancellationToken)
    {
        var bytes = await ReadAsync(request.Body, cancellationToken);
        var isDigest = reference?.Contains(':', StringComparison.Ordinal) == true;
        if (isDigest && reference != Digest.Of(bytes))
            throw RegistryException.DigestInvalid();
        if (!isDigest && !ImageTag.IsValid(reference))
            throw new RegistryException(400, "TAG_INVALID", "manifest tag did not match URI");
        var content = ManifestReader.Read(bytes, request.Headers["Content-Type"])
            ?? throw new RegistryException(400, "MANIFEST_INVALID", "manifest invalid");
        var image = catalog.PutManifest(repository, content, bytes, isDigest ? null : reference, cancellationToken);
        return new RegistryAnswer
        {
            Status = 201,
            Headers = new Dictionary<string, string>(Headers(image.Digest), StringComparer.Ordinal) { ["Location"] = $"/v2/{repository}/manifests/{image.Digest}" },
        };
    }

    /// <summary>The tags of a repository.</summary>
    public RegistryAnswer Tags(string repository) =>
        Json(new JsonObject { ["name"] = repository, ["tags"] = catalog.With(repository, held => held.Tags.Keys.ToJsonArray()) });

    /// <summary>The repositories.</summary>
    public RegistryAnswer Catalog() => Json(new JsonObject { ["repositories"] = catalog.WithAll(all => all.Keys.ToJsonArray()) });

    private static Dictionary<string, string> Headers(string digest) => new(StringComparer.Ordinal) { ["Docker-Content-Digest"] = digest };

    private static RegistryAnswer Json(JsonObject content)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(content);
        return new RegistryAnswer { ContentType = "application/json", ContentLength = body.Length, Body = new MemoryStream(body) };
    }

    private static async Task<byte[]> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        using var manifest = new MemoryStream();
        var buffer = new byte[1 << 14];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (manifest.Length + read > MaxManifestBytes)
                throw new RegistryException(413, "SIZE_INVALID", "manifest is larger than 4 MiB");
            manifest.Write(buffer, 0, read);
        }
        return manifest.ToArray();
    }
}
