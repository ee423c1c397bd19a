using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Tests.Doubles;

/// <summary>A registry that holds tags and digests and nothing else.</summary>
internal sealed class TagsInMemory : IImageRegistry
{
    private readonly Dictionary<string, string> digests = new(StringComparer.Ordinal);

    public List<string> Put { get; } = [];

    /// <summary>Whether tags cannot be moved.</summary>
    public bool Immutable { get; init; }

    /// <summary>The repositories that may not be read.</summary>
    public HashSet<string> Denied { get; } = new(StringComparer.Ordinal);

    /// <summary>The manifests that an index lists, by the index's digest.</summary>
    public Dictionary<string, string[]> Indexes { get; } = new(StringComparer.Ordinal);

    public TagsInMemory With(string repository, string tag, string digest)
    {
        digests[$"{repository}:{tag}"] = digest;
        return this;
    }

    public string? DigestOf(string repository, string tag) => digests.GetValueOrDefault($"{repository}:{tag}");

    public Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellationToken) =>
        Denied.Contains(repository) ? throw ScriptedAws.Error("AccessDeniedException", "no ecr:DescribeImages") : Task.FromResult(DigestOf(repository, tagOrDigest) is { } digest ? new RegistryImage(digest, [tagOrDigest], null, null) : null);

    public Task<bool> PutTagAsync(string repository, string digest, string tag, CancellationToken cancellationToken)
    {
        Put.Add($"{repository}:{tag}={digest}");
        digests[$"{repository}:{tag}"] = digest;
        return Task.FromResult(true);
    }

    public Task<IReadOnlyList<string>> ManifestDigestsAsync(string repository, string digest, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([digest, .. Indexes.GetValueOrDefault(digest, [])]);

    /// <summary>None: what tags and digests stand for is not held.</summary>
    public Task<Manifest?> GetManifestAsync(string repository, string tagOrDigest, CancellationToken cancellationToken) => Task.FromResult<Manifest?>(null);

    public Task<byte[]?> GetBlobAsync(string repository, string digest, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> CreateRepositoryAsync(string repository, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<bool> AreTagsImmutableAsync(string repository, CancellationToken cancellationToken) => Task.FromResult(Immutable);

    public Task<RegistryAuthorization> GetAuthorizationAsync(string repository, RegistryAuthorization? refused, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ImageScan> GetScanAsync(string repository, string digest, CancellationToken cancellationToken) => throw new NotSupportedException();
}
