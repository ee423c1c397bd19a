using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Sts;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>Amazon ECR: what it holds, and its tags.</summary>
public sealed class EcrRegistry(AwsSession session, TimeProvider timeProvider) : IImageRegistry, IDisposable
{
    private readonly EcrAuthorizations authorizations = new(session, timeProvider);
    private readonly EcrScans scans = new(session);
    private readonly EcrBlobs blobs = new(session, timeProvider);

    /// <inheritdoc/>
    public async Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellationToken)
    {
        var at = Locate(repository);
        try
        {
            var request = new DescribeImagesRequest(at.Name, [Identify(tagOrDigest)]) { RegistryId = at.Account };
            var response = await CallAsync(at, () => session.Ecr.DescribeImagesAsync(request, cancellationToken), cancellationToken);
            return response.ImageDetails is [{ ImageDigest: { } digest } found, ..]
                ? new RegistryImage(digest, found.ImageTags ?? [], found.ImageSizeInBytes, found.ImagePushedAt)
                : null;
        }
        catch (AwsServiceException exception) when (exception.Code == "ImageNotFoundException")
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<Manifest?> GetManifestAsync(string repository, string tagOrDigest, CancellationToken cancellationToken)
    {
        var at = Locate(repository);
        var request = new BatchGetImageRequest(at.Name, [Identify(tagOrDigest)]) { RegistryId = at.Account, AcceptedMediaTypes = Manifest.AcceptedMediaTypes };
        var response = await CallAsync(at, () => session.Ecr.BatchGetImageAsync(request, cancellationToken), cancellationToken);
        if (response.Images is not [{ ImageManifest: { } content, ImageId.ImageDigest: { } digest } found, ..])
            return null;

        // A manifest that was converted on the way would be put back under another digest than the one asked for.
        var wanted = ImageReference.IsDigest(tagOrDigest) ? tagOrDigest : digest;
        var actual = Digests.Of(content, wanted);
        return actual == wanted
            ? new Manifest(digest, found.ImageManifestMediaType ?? "", content)
            : throw ReleaseException.For(nameof(Messages.ManifestDigestMismatch), ErrorKind.InvalidState, repository, repository, wanted, actual);
    }

    /// <inheritdoc/>
    public Task<byte[]?> GetBlobAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        var at = Locate(repository);
        return CallAsync(at, () => blobs.GetAsync(at, digest, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<bool> PutTagAsync(string repository, string digest, string tag, CancellationToken cancellationToken)
    {
        ImageReference.CheckTag(tag);
        var at = Locate(repository);
        var manifest = await GetManifestAsync(repository, digest, cancellationToken)
            ?? throw ReleaseException.For(nameof(Messages.ManifestNotFound), ErrorKind.NotFound, $"{repository}@{digest}", repository, digest);
        var request = new PutImageRequest(at.Name, manifest.Content)
        {
            RegistryId = at.Account,
            ImageManifestMediaType = manifest.MediaType.Length == 0 ? null : manifest.MediaType,
            ImageTag = tag,
            ImageDigest = manifest.Digest,
        };
        try
        {
            await CallAsync(at, () => session.Ecr.PutImageAsync(request, cancellationToken), cancellationToken);
            return true;
        }
        catch (AwsServiceException exception) when (exception.Code == "ImageAlreadyExistsException")
        {
            return false; // this manifest is under this tag already
        }
        catch (AwsServiceException exception) when (exception.Code == "ImageTagAlreadyExistsException")
        {
            var holds = await FindAsync(repository, tag, cancellationToken);
            return holds?.Digest == digest
                ? false
                : throw ReleaseException.Wrap(
                    exception, nameof(Messages.TagImmutable), ErrorKind.InvalidState, $"{repository}:{tag}", repository, tag, holds?.Digest ?? "another image", digest);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ManifestDigestsAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        var manifest = await GetManifestAsync(repository, digest, cancellationToken)
            ?? throw ReleaseException.For(nameof(Messages.ManifestNotFound), ErrorKind.NotFound, $"{repository}@{digest}", repository, digest);
        return [manifest.Digest, .. manifest.Manifests.Select(listed => listed.Digest).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    /// <inheritdoc/>
    public async Task<bool> AreTagsImmutableAsync(string repository, CancellationToken cancellationToken)
    {
        var at = Locate(repository);
        var request = new DescribeRepositoriesRequest { RegistryId = at.Account, RepositoryNames = [at.Name] };
        var response = await CallAsync(at, () => session.Ecr.DescribeRepositoriesAsync(request, cancellationToken), cancellationToken);
        // IMMUTABLE_WITH_EXCLUSION leaves some tags movable; the push itself tells which.
        return response.Repositories is [{ ImageTagMutability: "IMMUTABLE" }, ..];
    }

    /// <inheritdoc/>
    public async Task<bool> CreateRepositoryAsync(string repository, CancellationToken cancellationToken)
    {
        var at = Locate(repository);
        var request = new CreateRepositoryRequest(at.Name) { RegistryId = at.Account, ImageScanningConfiguration = new ImageScanningConfiguration(ScanOnPush: true) };
        try
        {
            await CallAsync(at, () => session.Ecr.CreateRepositoryAsync(request, cancellationToken), cancellationToken);
            return true;
        }
        catch (AwsServiceException exception) when (exception.Code == "RepositoryAlreadyExistsException")
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public Task<RegistryAuthorization> GetAuthorizationAsync(string repository, RegistryAuthorization? refused, CancellationToken cancellationToken) =>
        authorizations.GetAsync(Locate(repository), refused, cancellationToken);

    /// <inheritdoc/>
    public async Task<ImageScan> GetScanAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        var at = Locate(repository);
        try
        {
            return await CallAsync(at, () => scans.GetAsync(at, digest, this, cancellationToken), cancellationToken);
        }
        catch (AwsServiceException exception) when (exception.Code == "ImageNotFoundException")
        {
            throw ReleaseException.Wrap(exception, nameof(Messages.ManifestNotFound), ErrorKind.NotFound, $"{repository}@{digest}", repository, digest);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => authorizations.Dispose();

    private EcrRepository Locate(string repository)
    {
        var at = EcrRepository.Parse(repository);
        return at.Region is null || at.Region == session.Region
            ? at
            : throw ReleaseException.For(nameof(Messages.RepositoryInOtherRegion), ErrorKind.InvalidArgument, repository, repository, at.Region, session.Region);
    }

    private static ImageIdentifier Identify(string tagOrDigest) =>
        ImageReference.IsDigest(tagOrDigest) ? new ImageIdentifier { ImageDigest = tagOrDigest } : new ImageIdentifier { ImageTag = tagOrDigest };

    /// <summary>Calls ECR about a repository, and says of two refusals what they mean for it.</summary>
    private async Task<T> CallAsync<T>(EcrRepository at, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (AwsServiceException exception) when (exception.Code == "RepositoryNotFoundException")
        {
            throw ReleaseException.Wrap(
                exception, nameof(Messages.RepositoryNotFound), ErrorKind.NotFound, at.Uri, at.Name, at.Account ?? at.Host, session.Region);
        }
        catch (AwsServiceException exception) when (exception.Id == nameof(Messages.AwsAccessDenied) && at.Account is not null)
        {
            // In its own account an identity's policy is enough; a repository of another must permit it as well
            // (https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html).
            if (await CallerAsync(cancellationToken) is not { } caller || caller.Account == at.Account)
                throw;
            var id = exception.Operation == "CreateRepository" ? nameof(Messages.RepositoryCreationDenied) : nameof(Messages.RepositoryAccessDenied);
            throw ReleaseException.Wrap(
                exception, id, ErrorKind.PermissionDenied, at.Uri, at.Name, at.Account, session.Region, caller.Arn, exception.Operation, exception.Message);
        }
    }

    private async Task<CallerIdentity?> CallerAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await session.GetCallerIdentityAsync(cancellationToken);
        }
        catch (ReleaseException)
        {
            return null; // AWS's own refusal has to do then
        }
    }
}
