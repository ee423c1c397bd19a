namespace ReleaseTools.Engine.Aws.Ecr;

// Requests and responses of just the operations used, in the words of the Amazon ECR API reference (2015-09-21).
#pragma warning disable CS1591 // the members are AWS's own; its API reference describes them

public sealed record GetAuthorizationTokenRequest;
public sealed record GetAuthorizationTokenResponse(IReadOnlyList<AuthorizationData>? AuthorizationData);

/// <param name="AuthorizationToken">Base64 of <c>AWS:password</c>. A secret.</param>
public sealed record AuthorizationData(string? AuthorizationToken, DateTimeOffset? ExpiresAt, string? ProxyEndpoint)
{
    /// <summary>Never the token.</summary>
    public override string ToString() => $"AuthorizationData {{ ProxyEndpoint = {ProxyEndpoint}, ExpiresAt = {ExpiresAt} }}";
}

public sealed record DescribeRepositoriesRequest
{
    public string? RegistryId { get; init; }
    public IReadOnlyList<string>? RepositoryNames { get; init; }
    public string? NextToken { get; init; }
}

public sealed record DescribeRepositoriesResponse(IReadOnlyList<Repository>? Repositories, string? NextToken);
public sealed record Repository(string? RepositoryArn, string? RegistryId, string? RepositoryName, string? RepositoryUri, string? ImageTagMutability);

public sealed record CreateRepositoryRequest(string RepositoryName)
{
    public string? RegistryId { get; init; }
    public ImageScanningConfiguration? ImageScanningConfiguration { get; init; }
}

public sealed record ImageScanningConfiguration(bool ScanOnPush);
public sealed record CreateRepositoryResponse(Repository? Repository);

public sealed record ImageIdentifier
{
    public string? ImageTag { get; init; }
    public string? ImageDigest { get; init; }
}

/// <param name="ImageIds">At most 100.</param>
public sealed record DescribeImagesRequest(string RepositoryName, IReadOnlyList<ImageIdentifier> ImageIds)
{
    public string? RegistryId { get; init; }
}

public sealed record DescribeImagesResponse(IReadOnlyList<ImageDetail>? ImageDetails, string? NextToken);
public sealed record ImageDetail(
    string? RegistryId, string? RepositoryName, string? ImageDigest, IReadOnlyList<string>? ImageTags, long? ImageSizeInBytes, DateTimeOffset? ImagePushedAt, string? ImageManifestMediaType);

public sealed record BatchGetImageRequest(string RepositoryName, IReadOnlyList<ImageIdentifier> ImageIds)
{
    public string? RegistryId { get; init; }

    /// <summary>The media types understood; without them ECR may convert the manifest, and its digest changes.</summary>
    public IReadOnlyList<string>? AcceptedMediaTypes { get; init; }
}

public sealed record BatchGetImageResponse(IReadOnlyList<EcrStoredImage>? Images, IReadOnlyList<ImageFailure>? Failures);
public sealed record EcrStoredImage(string? RegistryId, string? RepositoryName, ImageIdentifier? ImageId, string? ImageManifest, string? ImageManifestMediaType);
public sealed record ImageFailure(ImageIdentifier? ImageId, string? FailureCode, string? FailureReason);

public sealed record GetDownloadUrlForLayerRequest(string RepositoryName, string LayerDigest)
{
    public string? RegistryId { get; init; }
}

/// <param name="DownloadUrl">Signed: whoever has it can read the layer.</param>
public sealed record GetDownloadUrlForLayerResponse(string? DownloadUrl, string? LayerDigest)
{
    /// <summary>Never the URL.</summary>
    public override string ToString() => $"GetDownloadUrlForLayerResponse {{ LayerDigest = {LayerDigest} }}";
}

public sealed record PutImageRequest(string RepositoryName, string ImageManifest)
{
    public string? RegistryId { get; init; }
    public string? ImageManifestMediaType { get; init; }
    public string? ImageTag { get; init; }
    public string? ImageDigest { get; init; }
}

public sealed record PutImageResponse(EcrStoredImage? Image);
