using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries.Oci;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>
/// The registry that a repository's host says it is in:
/// <code>
/// 123456789012.dkr.ecr.eu-west-1.amazonaws.com/…   Amazon ECR, in that region
/// the host of an endpoint that stands in for ECR's  Amazon ECR, in the region of the command (a sandbox)
/// any other                                         an OCI registry, with the credentials that docker has for it
/// </code>
/// An AWS session is opened when the first repository of its region is asked about, so a release to other registries needs neither
/// region nor credentials of AWS.
/// </summary>
/// <param name="sessions">The AWS sessions; the caller disposes of them.</param>
/// <param name="credentials">The credentials for registries that are not Amazon's.</param>
/// <param name="observer">Told where credentials are from, and of waits.</param>
/// <param name="timeProvider">The clock.</param>
public sealed class ImageRegistries(AwsSessions sessions, DockerCredentials credentials, IReleaseObserver observer, TimeProvider timeProvider) : IImageRegistry, IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<AwsSession, EcrRegistry> bySession = [];
    private readonly Lazy<Uri?> ecrEndpoint = new(() => sessions.FindEndpointOverride(AwsService.Ecr));
    private readonly ConcurrentDictionary<string, Task> greetings = new(StringComparer.OrdinalIgnoreCase);
    private OciRegistry? oci;

    /// <summary>
    /// Opens the way to the registries of repositories, so that what stands in the way of all of them is told before anything is
    /// done: makes the AWS sessions that ECR needs, and connects to the other registries.
    /// </summary>
    /// <exception cref="ReleaseException">No region, no credentials, an endpoint's setting that cannot be meant, or no connection.</exception>
    public async Task OpenAsync(IEnumerable<string> repositories, CancellationToken cancellationToken)
    {
        // One that is no repository is told of when its image's turn comes.
        foreach (var repository in repositories.Where(repository => ImageReference.TryParse(repository, out _, out _)))
        {
            if (await OfAsync(repository, cancellationToken) is OciRegistry other)
                await greetings.GetOrAdd(ImageReference.ParseRepository(repository).Host, _ => other.GreetAsync(repository, cancellationToken));
        }
    }

    /// <inheritdoc/>
    public async Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellationToken) =>
        await (await OfAsync(repository, cancellationToken)).FindAsync(repository, tagOrDigest, cancellationToken);

    /// <inheritdoc/>
    public async Task<Manifest?> GetManifestAsync(string repository, string tagOrDigest, CancellationToken cancellationToken) =>
        await (await OfAsync(repository, cancellationToken)).GetManifestAsync(repository, tagOrDigest, cancellationToken);

    /// <inheritdoc/>
    public async Task<byte[]?> GetBlobAsync(string repository, string digest, CancellationToken cancellationToken) =>
        await (await OfAsync(repository, cancellationToken)).GetBlobAsync(repository, digest, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> PutTagAsync(string repository, string digest, string tag, CancellationToken cancellationToken) =>
        await (await OfAsync(repository, cancellationToken)).PutTagAsync(repository, digest, tag, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ManifestDigestsAsync(string repository, string digest, CancellationToken cancellationToken) =>
        await (await OfAsync(repository, cancellationToken)).ManifestDigestsAsync(repository, digest, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> AreTagsImmutableAsync(string repository, CancellationToken cancellationToken) =>
        await (await OfAsync(repository, cancellationToken)).AreTagsImmutableAsync(repository, cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> CreateRepositoryAsync(string repository, CancellationToken cancellationToken) =>
        await (await OfAsync(repository, cancellationToken)).CreateRepositoryAsync(repository, cancellationToken);

    /// <inheritdoc/>
    public async Task<RegistryAuthorization> GetAuthorizationAsync(string repository, RegistryAuthorization? refused, CancellationToken cancellationToken) =>
        await (await OfAsync(repository, cancellationToken)).GetAuthorizationAsync(repository, refused, cancellationToken);

    /// <inheritdoc/>
    public async Task<ImageScan> GetScanAsync(string repository, string digest, CancellationToken cancellationToken) =>
        await (await OfAsync(repository, cancellationToken)).GetScanAsync(repository, digest, cancellationToken);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registry in bySession.Values)
            registry.Dispose();
        oci?.Dispose();
        gate.Dispose();
    }

    private async Task<IImageRegistry> OfAsync(string repository, CancellationToken cancellationToken)
    {
        var at = EcrRepository.Parse(repository);
        var isInEcr = at.IsInEcr(ecrEndpoint.Value);
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (!isInEcr)
                return oci ??= new OciRegistry(RegistryHttp.Shared, credentials, observer, timeProvider);
            var session = await sessions.GetAsync(at.Region, cancellationToken);
            return bySession.TryGetValue(session, out var known) ? known : bySession[session] = new EcrRegistry(session, timeProvider);
        }
        finally
        {
            gate.Release();
        }
    }
}
