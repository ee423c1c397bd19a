using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>What a release asks of the registry that holds its images. Repositories are named with their host.</summary>
public interface IImageRegistry
{
    /// <summary>An image by tag or digest; null when the repository does not hold it.</summary>
    /// <exception cref="ReleaseException"><c>RepositoryNotFound</c>: there is no such repository, and a push would not make it.</exception>
    Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellationToken);

    /// <summary>A manifest by tag or digest; null when the repository does not hold it.</summary>
    /// <exception cref="ReleaseException"><c>ManifestDigestMismatch</c>: its bytes have another digest than the registry says.</exception>
    Task<Manifest?> GetManifestAsync(string repository, string tagOrDigest, CancellationToken cancellationToken);

    /// <summary>A small blob, such as an image's configuration, of at most 4 MiB; null when the repository does not hold it.</summary>
    /// <exception cref="ReleaseException"><c>RegistryAnswerInvalid</c>: its bytes have another digest, or are more.</exception>
    Task<byte[]?> GetBlobAsync(string repository, string digest, CancellationToken cancellationToken);

    /// <summary>Puts a tag on a manifest that the repository holds; no layer moves.</summary>
    /// <returns>Whether the tag was put; false when it was there already.</returns>
    /// <exception cref="ReleaseException"><c>ManifestNotFound</c>; <c>TagImmutable</c>: the tag holds another digest and may not be moved.</exception>
    Task<bool> PutTagAsync(string repository, string digest, string tag, CancellationToken cancellationToken);

    /// <summary>The digest and, for an index, every manifest it lists: any of them may be what a task says it runs.</summary>
    Task<IReadOnlyList<string>> ManifestDigestsAsync(string repository, string digest, CancellationToken cancellationToken);

    /// <summary>Whether a tag of the repository, once put, stays where it is.</summary>
    Task<bool> AreTagsImmutableAsync(string repository, CancellationToken cancellationToken);

    /// <summary>Makes a repository where one must be made before the first push.</summary>
    /// <returns>Whether it was made; false when it is there, or comes with the first push.</returns>
    Task<bool> CreateRepositoryAsync(string repository, CancellationToken cancellationToken);

    /// <summary>Credentials for a push to the repository; anonymous where there are none and it can be tried without.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="refused">Credentials that the registry refused, and which are not to be given again; null at first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task<RegistryAuthorization> GetAuthorizationAsync(string repository, RegistryAuthorization? refused, CancellationToken cancellationToken);

    /// <summary>
    /// How the scan of an image stands at this moment, and what it found; of an index, of all images that it lists.
    /// <see cref="ImageScanStatus.Off"/> where nobody scans.
    /// </summary>
    /// <exception cref="ReleaseException"><c>RepositoryNotFound</c>; <c>ManifestNotFound</c>; the registry refused, or did not answer.</exception>
    Task<ImageScan> GetScanAsync(string repository, string digest, CancellationToken cancellationToken);
}

/// <summary>An image that a registry holds.</summary>
/// <param name="Digest">The digest of its manifest.</param>
/// <param name="Tags">All its tags.</param>
/// <param name="SizeBytes">Its size in the registry; null when not known.</param>
/// <param name="PushedAt">When it came there; null when not known.</param>
public sealed record RegistryImage(string Digest, IReadOnlyList<string> Tags, long? SizeBytes, DateTimeOffset? PushedAt);
