using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries.Oci;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>
/// Small blobs of ECR, by the URL that it signs for each
/// (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetDownloadUrlForLayer.html). The URL is its own
/// authorization: the host it names is S3's, and gets no token.
/// </summary>
internal sealed class EcrBlobs(AwsSession session, TimeProvider timeProvider)
{
    private const int Longest = 4 * 1024 * 1024;
    private readonly RegistryTransport transport = new(RegistryHttp.Shared, NullObserver.Instance, timeProvider);

    /// <summary>The blob; null when the repository does not hold it.</summary>
    /// <exception cref="ReleaseException">ECR or the host that it names refused, or gave something else.</exception>
    public async Task<byte[]?> GetAsync(EcrRepository at, string digest, CancellationToken cancellationToken)
    {
        if (await FindUrlAsync(at, digest, cancellationToken) is not { } url)
            return null;
        var answer = await transport.SendAsync(new RegistryRequest(HttpMethod.Get, url) { LongestAnswer = Longest }, cancellationToken);

        // The URL is a secret for as long as it holds, so only its host is told.
        return answer.IsSuccess
            ? Digests.Checked(answer.Body, digest, at.Uri)
            : throw ReleaseException.For(nameof(Messages.RegistryRefused), ErrorKind.Failed, at.Uri, url.Authority, (int)answer.Status, $"GET {digest}", answer.Words);
    }

    private async Task<Uri?> FindUrlAsync(EcrRepository at, string digest, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await session.Ecr.GetDownloadUrlForLayerAsync(new(at.Name, digest) { RegistryId = at.Account }, cancellationToken);
            return Uri.TryCreate(answer.DownloadUrl, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                ? url
                : throw ReleaseException.For(nameof(Messages.RegistryAnswerInvalid), ErrorKind.Failed, at.Uri, at.Uri, "no URL for a layer");
        }
        catch (AwsServiceException missing) when (missing.Code == "LayersNotFoundException")
        {
            return null;
        }
    }
}
