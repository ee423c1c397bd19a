using System.Net;
using System.Text;
using System.Text.Json.Serialization.Metadata;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Tests.Images.Registries;

/// <summary>One ECR repository in memory, behind the caller.</summary>
internal sealed class MemoryEcr(TimeProvider timeProvider, string repository = "web-ui") : IAwsCaller
{
    public const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    public const string Uri = Host + "/web-ui";

    public Dictionary<string, string> Manifests { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    public List<(string Operation, object Request)> Calls { get; } = [];

    public bool Immutable { get; set; }

    public string ProxyEndpoint { get; set; } = "https://" + Host;

    /// <summary>Whether the repository is there.</summary>
    public bool Exists { get; set; } = true;

    /// <summary>How often an image is not seen yet after it came.</summary>
    public int Unseen { get; set; }

    /// <summary>Tags that may not be put: access denied.</summary>
    public HashSet<string> Forbidden { get; } = new(StringComparer.Ordinal);

    /// <summary>What the scan of every image says; nobody scans when null.</summary>
    public DescribeImageScanFindingsResponse? Scan { get; set; }

    public AwsSession Session => new("eu-west-1", _ => this);

    public static string DigestOf(string manifest) => Digests.Of(manifest, "sha256:");

    /// <summary>Has the repository hold an image whose configuration has the given digest.</summary>
    public string Add(string configDigest, params string[] tags) =>
        AddManifest(
            $$"""{"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"digest":"{{configDigest}}","size":2},"layers":[{"digest":"sha256:{{new string('a', 64)}}","size":10},{"digest":"sha256:{{new string('b', 64)}}","size":700}]}""",
            tags);

    public string AddManifest(string manifest, params string[] tags)
    {
        var digest = DigestOf(manifest);
        Manifests[digest] = manifest;
        foreach (var tag in tags)
            Tags[tag] = digest;
        return digest;
    }

    public IEnumerable<string?> TagsPut => Calls.Select(call => call.Request).OfType<PutImageRequest>().Select(request => request.ImageTag);

    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        string operation, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellationToken)
    {
        await Task.Yield();
        Calls.Add((operation, request!));
        return (TResponse)Answer(request!);
    }

    private object Answer(object request) => request switch
    {
        GetAuthorizationTokenRequest => new GetAuthorizationTokenResponse(
        [
            new(Convert.ToBase64String(Encoding.UTF8.GetBytes($"AWS:secret-{Calls.Count}")), timeProvider.GetUtcNow().AddHours(12), ProxyEndpoint),
        ]),
        CreateRepositoryRequest { RepositoryName: var name } => Known(name) ? throw Error("CreateRepository", "RepositoryAlreadyExistsException") : Create(),
        DescribeRepositoriesRequest => new DescribeRepositoriesResponse([new(null, null, repository, Uri, Immutable ? "IMMUTABLE" : "MUTABLE")], null),
        DescribeImagesRequest describe when Known(describe.RepositoryName) => Resolve(describe.ImageIds[0]) is { } digest && Unseen-- <= 0
            ? new DescribeImagesResponse([new(null, repository, digest, [.. Tags.Where(tag => tag.Value == digest).Select(tag => tag.Key)], 710, null, null)], null)
            : throw Error("DescribeImages", "ImageNotFoundException"),
        BatchGetImageRequest get when Known(get.RepositoryName) => Resolve(get.ImageIds[0]) is { } digest
            ? new BatchGetImageResponse([new(null, repository, new ImageIdentifier { ImageDigest = digest }, Manifests[digest], "application/vnd.oci.image.manifest.v1+json")], [])
            : new BatchGetImageResponse([], [new(get.ImageIds[0], "ImageNotFound", "not found")]),
        PutImageRequest put when Known(put.RepositoryName) => Put(put),
        DescribeImageScanFindingsRequest => Scan ?? throw Error("DescribeImageScanFindings", "ScanNotFoundException"),
        BatchGetRepositoryScanningConfigurationRequest => new BatchGetRepositoryScanningConfigurationResponse(
            [new($"arn:aws:ecr:eu-west-1:123456789012:repository/{repository}", repository, ScanOnPush: false, "MANUAL")]),
        _ => throw Error("Any", "RepositoryNotFoundException"),
    };

    private PutImageResponse Put(PutImageRequest put)
    {
        var digest = DigestOf(put.ImageManifest);
        if (Forbidden.Contains(put.ImageTag!))
            throw Error("PutImage", "AccessDeniedException");
        if (Tags.TryGetValue(put.ImageTag!, out var held) && (held == digest || Immutable))
            throw Error("PutImage", held == digest && !Immutable ? "ImageAlreadyExistsException" : "ImageTagAlreadyExistsException");
        Tags[put.ImageTag!] = digest;
        return new PutImageResponse(null);
    }

    private CreateRepositoryResponse Create()
    {
        Exists = true;
        return new CreateRepositoryResponse(new(null, null, repository, Uri, "MUTABLE"));
    }

    private bool Known(string name) => Exists && name == repository;

    private string? Resolve(ImageIdentifier id) => id.ImageTag is { } tag ? Tags.GetValueOrDefault(tag) : Manifests.ContainsKey(id.ImageDigest!) ? id.ImageDigest : null;

    private static AwsServiceException Error(string operation, string code) =>
        new(code, ErrorKind.NotFound, "ecr", operation, code, HttpStatusCode.BadRequest, "request", code, "", innerException: null);
}
