namespace ReleaseTools.Engine.Aws.Ecr;

/// <summary>The operations of Amazon ECR that a release uses.</summary>
public sealed class EcrClient(IAwsCaller caller)
{
    /// <summary>A token for the registry, valid for 12 hours.</summary>
    public Task<GetAuthorizationTokenResponse> GetAuthorizationTokenAsync(GetAuthorizationTokenRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("GetAuthorizationToken", request, EcrJson.Default.GetAuthorizationTokenRequest, EcrJson.Default.GetAuthorizationTokenResponse, cancellationToken);

    /// <summary>Repositories; one that is not there is a <c>RepositoryNotFoundException</c>.</summary>
    public Task<DescribeRepositoriesResponse> DescribeRepositoriesAsync(DescribeRepositoriesRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeRepositories", request, EcrJson.Default.DescribeRepositoriesRequest, EcrJson.Default.DescribeRepositoriesResponse, cancellationToken);

    /// <summary>Makes a repository; one that is there is a <c>RepositoryAlreadyExistsException</c>.</summary>
    public Task<CreateRepositoryResponse> CreateRepositoryAsync(CreateRepositoryRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("CreateRepository", request, EcrJson.Default.CreateRepositoryRequest, EcrJson.Default.CreateRepositoryResponse, cancellationToken);

    /// <summary>Images by tag or digest, at most 100; one that is not there is an <c>ImageNotFoundException</c>.</summary>
    public Task<DescribeImagesResponse> DescribeImagesAsync(DescribeImagesRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeImages", request, EcrJson.Default.DescribeImagesRequest, EcrJson.Default.DescribeImagesResponse, cancellationToken);

    /// <summary>Manifests by tag or digest; one that is not there comes back in <c>Failures</c>.</summary>
    public Task<BatchGetImageResponse> BatchGetImageAsync(BatchGetImageRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("BatchGetImage", request, EcrJson.Default.BatchGetImageRequest, EcrJson.Default.BatchGetImageResponse, cancellationToken);

    /// <summary>A URL from which a layer or configuration is to be had for a while; it carries its own signature, so no credentials go to it.</summary>
    public Task<GetDownloadUrlForLayerResponse> GetDownloadUrlForLayerAsync(GetDownloadUrlForLayerRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("GetDownloadUrlForLayer", request, EcrJson.Default.GetDownloadUrlForLayerRequest, EcrJson.Default.GetDownloadUrlForLayerResponse, cancellationToken);

    /// <summary>Puts a manifest under a tag, moving the tag where it is mutable.</summary>
    public Task<PutImageResponse> PutImageAsync(PutImageRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("PutImage", request, EcrJson.Default.PutImageRequest, EcrJson.Default.PutImageResponse, cancellationToken);

    /// <summary>A page of what the scan of an image found; without a scan a <c>ScanNotFoundException</c>.</summary>
    public Task<DescribeImageScanFindingsResponse> DescribeImageScanFindingsAsync(DescribeImageScanFindingsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeImageScanFindings", request, EcrJson.Default.DescribeImageScanFindingsRequest, EcrJson.Default.DescribeImageScanFindingsResponse, cancellationToken);

    /// <summary>When the images of repositories are scanned; of one that is not there nothing comes back.</summary>
    public Task<BatchGetRepositoryScanningConfigurationResponse> BatchGetRepositoryScanningConfigurationAsync(
        BatchGetRepositoryScanningConfigurationRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync(
            "BatchGetRepositoryScanningConfiguration", request, EcrJson.Default.BatchGetRepositoryScanningConfigurationRequest,
            EcrJson.Default.BatchGetRepositoryScanningConfigurationResponse, cancellationToken);
}
