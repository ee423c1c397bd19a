using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>Amazon ECR: what it holds, and its tags.</summary>
public sealed class EcrRegistry(AwsSession session, TimeProvider timeProvider) : IImageRegistry, IDisposable
{
    private readonly EcrAuthorizations authorizations = new(session, timeProvider);
    private readonly EcrScans scans = new(session);

    /// <inheritdoc/>
    public async Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellationToken)
    {
        var at = Locate(repository);
        try
        {
            var response = await session.Ecr.DescribeImagesAsync(
                new DescribeImagesRequest(at.Name, [Identify(tagOrDigest)]) { RegistryId = at.Account }, cancellationToken);
            return response.ImageDetails is [{ ImageDigest: { } digest } found, ..]
                ? new RegistryImage(digest, found.ImageTags ?? [], found.ImageSizeInBytes, found.ImagePushedAt)
                : null;
        }
        catch (AwsServiceException exception) when (exception.Code == "ImageNotFoundException")
        {
            return null;
        }
        catch (AwsServiceException exception) when (exception.Code == "RepositoryNotFoundException")
        {
            throw RepositoryNotFound(exception, at);
        }
    }

    /// <inheritdoc/>
    public async Task<Manifest?> GetManifestAsync(string repository, string tagOrDigest, CancellationToken cancellationToken)
    {
        var at = Locate(repository);
        try
        {
            var response = await session.Ecr.BatchGetImageAsync(
                new BatchGetImageRequest(at.Name, [Identify(tagOrDigest)]) { RegistryId = at.Account, AcceptedMediaTypes = Manifest.AcceptedMediaTypes }, cancellationToken);
            if (response.Images is not [{ ImageManifest: { } content, ImageId.ImageDigest: { } digest } found, ..])
                return null;

            // A manifest that was converted on the way would be put back under another digest than the one asked for.
            var wanted = ImageReference.IsDigest(tagOrDigest) ? tagOrDigest : digest;
            var actual = Digests.Of(content, wanted);
            return actual == wanted
                ? new Manifest(digest, found.ImageManifestMediaType ?? "", content)
                : throw ReleaseException.For(nameof(Messages.ManifestDigestMismatch), ErrorKind.InvalidState, repository, repository, wanted, actual);
        }
        catch (AwsServiceException exception) when (exception.Code == "RepositoryNotFoundException")
        {
            throw RepositoryNotFound(exception, at);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> PutTagAsync(string repository, string digest, string tag, CancellationToken cancellationToken)
    {
        ImageReference.CheckTag(tag);
        var at = Locate(repository);
        var manifest = await GetManifestAsync(repository, digest, cancellationToken)
            ?? throw ReleaseException.For(nameof(Messages.ManifestNotFound), ErrorKind.NotFound, $"{repository}@{digest}", repository, digest);
        try
        {
            await session.Ecr.PutImageAsync(
                new PutImageRequest(at.Name, manifest.Content)
                {
                    RegistryId = at.Account,
                    ImageManifestMediaType = manifest.MediaType.Length == 0 ? null : manifest.MediaType,
                    ImageTag = tag,
                    ImageDigest = manifest.Digest,
                },
                cancellationToken);
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
        try
        {
            var response = await session.Ecr.DescribeRepositoriesAsync(
                new DescribeRepositoriesRequest { RegistryId = at.Account, RepositoryNames = [at.Name] }, cancellationToken);
            // IMMUTABLE_WITH_EXCLUSION leaves some tags movable; the push itself tells which.
            return response.Repositories is [{ ImageTagMutability: "IMMUTABLE" }, ..];
        }
        catch (AwsServiceException exception) when (exception.Code == "RepositoryNotFoundException")
        {
            throw RepositoryNotFound(exception, at);
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
            return await scans.GetAsync(at, digest, this, cancellationToken);
        }
        catch (AwsServiceException exception) when (exception.Code == "ImageNotFoundException")
        {
            throw ReleaseException.Wrap(exception, nameof(Messages.ManifestNotFound), ErrorKind.NotFound, $"{repository}@{digest}", repository, digest);
        }
        catch (AwsServiceException exception) when (exception.Code == "RepositoryNotFoundException")
        {
            throw RepositoryNotFound(exception, at);
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

    private ReleaseException RepositoryNotFound(AwsServiceException inner, EcrRepository at) =>
        ReleaseException.Wrap(inner, nameof(Messages.RepositoryNotFound), ErrorKind.NotFound, at.Uri, at.Name, at.Account ?? at.Host, session.Region);
}
