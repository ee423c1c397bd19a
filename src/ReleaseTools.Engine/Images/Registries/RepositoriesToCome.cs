using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>Registries in which a repository that is not there yet counts as an empty one, because the push will make it.</summary>
public sealed class RepositoriesToCome(IImageRegistry registry) : IImageRegistry
{
    /// <inheritdoc/>
    public async Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellationToken)
    {
        try
        {
            return await registry.FindAsync(repository, tagOrDigest, cancellationToken);
        }
        catch (ReleaseException missing) when (missing.Id == nameof(Messages.RepositoryNotFound))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<Manifest?> GetManifestAsync(string repository, string tagOrDigest, CancellationToken cancellationToken) =>
        registry.GetManifestAsync(repository, tagOrDigest, cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]?> GetBlobAsync(string repository, string digest, CancellationToken cancellationToken) =>
        registry.GetBlobAsync(repository, digest, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> PutTagAsync(string repository, string digest, string tag, CancellationToken cancellationToken) =>
        registry.PutTagAsync(repository, digest, tag, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> ManifestDigestsAsync(string repository, string digest, CancellationToken cancellationToken) =>
        registry.ManifestDigestsAsync(repository, digest, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> AreTagsImmutableAsync(string repository, CancellationToken cancellationToken) =>
        registry.AreTagsImmutableAsync(repository, cancellationToken);

    /// <inheritdoc/>
    public Task<bool> CreateRepositoryAsync(string repository, CancellationToken cancellationToken) =>
        registry.CreateRepositoryAsync(repository, cancellationToken);

    /// <inheritdoc/>
    public Task<RegistryAuthorization> GetAuthorizationAsync(string repository, RegistryAuthorization? refused, CancellationToken cancellationToken) =>
        registry.GetAuthorizationAsync(repository, refused, cancellationToken);

    /// <inheritdoc/>
    public Task<ImageScan> GetScanAsync(string repository, string digest, CancellationToken cancellationToken) =>
        registry.GetScanAsync(repository, digest, cancellationToken);
}
