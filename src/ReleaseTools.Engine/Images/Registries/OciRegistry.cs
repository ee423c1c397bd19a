using System.Net;
using System.Text;
using System.Text.Json;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries.Oci;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>
/// Any registry that speaks the OCI distribution protocol
/// (https://github.com/opencontainers/distribution-spec/blob/main/spec.md), with basic or token authentication or without.
/// A repository that it does not hold is an empty one: the first push makes it.
/// </summary>
public sealed class OciRegistry : IImageRegistry, IDisposable
{
    private const int LongestManifest = 4 * 1024 * 1024; // what the protocol wants registries to take at least, and ECR takes at most
    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly RegistryLogins logins;
    private readonly RegistryAuthenticator authenticator;

    /// <summary>All registries that are not Amazon's.</summary>
    /// <param name="http">The way to them; the caller's.</param>
    /// <param name="credentials">The credentials of each host.</param>
    /// <param name="observer">Told where credentials are from, and of waits.</param>
    /// <param name="timeProvider">The clock.</param>
    public OciRegistry(RegistryHttp http, DockerCredentials credentials, IReleaseObserver observer, TimeProvider timeProvider)
    {
        logins = new RegistryLogins(credentials, observer);
        authenticator = new RegistryAuthenticator(new RegistryTransport(http, observer, timeProvider), logins, timeProvider);
    }

    /// <summary>Greets the registry of a repository: connects, and finds out how it wants to be shown who asks. Nothing is asked of it yet.</summary>
    /// <exception cref="ReleaseException"><c>RegistryUnreachable</c>, <c>RegistryTlsFailed</c>, <c>RegistryCertificateUntrusted</c>, <c>RegistryAnswerInvalid</c>.</exception>
    public Task GreetAsync(string repository, CancellationToken cancellationToken) => authenticator.GreetAsync(Locate(repository).Registry, cancellationToken);

    /// <inheritdoc/>
    public async Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(HttpMethod.Head, repository, tagOrDigest, cancellationToken);
        if (answer is null)
            return null;
        var digest = ImageReference.IsDigest(tagOrDigest) ? tagOrDigest
            : answer.Digest ?? (await GetManifestAsync(repository, tagOrDigest, cancellationToken))?.Digest; // a registry need not say it
        return digest is null ? null : new RegistryImage(digest, ImageReference.IsDigest(tagOrDigest) ? [] : [tagOrDigest], SizeBytes: null, PushedAt: null);
    }

    /// <inheritdoc/>
    public async Task<Manifest?> GetManifestAsync(string repository, string tagOrDigest, CancellationToken cancellationToken)
    {
        if (await AskAsync(HttpMethod.Get, repository, tagOrDigest, cancellationToken) is not { } answer)
            return null;
        var wanted = ImageReference.IsDigest(tagOrDigest) ? tagOrDigest : answer.Digest;
        var actual = Digests.Of(answer.Body, wanted ?? "sha256:");
        if (wanted is not null && actual != wanted)
            throw ReleaseException.For(nameof(Messages.ManifestDigestMismatch), ErrorKind.InvalidState, repository, repository, wanted, actual);
        try
        {
            var manifest = new Manifest(actual, answer.MediaType ?? "", StrictUtf8.GetString(answer.Body));
            if (!manifest.Layers.Concat(manifest.Manifests).Contains(null))
                return manifest;
        }
        catch (Exception exception) when (exception is JsonException or DecoderFallbackException)
        {
            // As little a manifest as one whose lists have holes.
        }

        throw ReleaseException.For(nameof(Messages.RegistryAnswerInvalid), ErrorKind.Failed, repository, repository, "something that is no manifest");
    }

    /// <inheritdoc/>
    public async Task<byte[]?> GetBlobAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        var (registry, path) = Locate(repository);
        var url = registry.Blob(path, digest);
        var (answer, login) = await authenticator.SendAsync(
            registry,
            path,
            authorization => new RegistryRequest(HttpMethod.Get, url) { Authorization = authorization, FollowsRedirects = true, LongestAnswer = LongestManifest },
            writes: false,
            cancellationToken);
        if (answer.Status == HttpStatusCode.NotFound)
            return null;
        return answer.IsSuccess
            ? Digests.Checked(answer.Body, digest, repository)
            : throw RegistryRefusals.Of(registry, login, $"GET {url.AbsolutePath}", $"{repository}@{digest}", answer);
    }

    /// <inheritdoc/>
    public async Task<bool> PutTagAsync(string repository, string digest, string tag, CancellationToken cancellationToken)
    {
        ImageReference.CheckTag(tag);
        if ((await FindAsync(repository, tag, cancellationToken))?.Digest == digest)
            return false;
        var manifest = await GetManifestAsync(repository, digest, cancellationToken)
            ?? throw ReleaseException.For(nameof(Messages.ManifestNotFound), ErrorKind.NotFound, $"{repository}@{digest}", repository, digest);

        var (registry, path) = Locate(repository);
        var url = registry.Manifest(path, tag);
        var (answer, login) = await authenticator.SendAsync(
            registry,
            path,
            authorization => new RegistryRequest(HttpMethod.Put, url)
            {
                Authorization = authorization,
                Content = StrictUtf8.GetBytes(manifest.Content),
                ContentType = manifest.MediaType.Length > 0 ? manifest.MediaType : manifest.Manifests.Count > 0 ? OciIndex : OciManifest,
            },
            writes: true,
            cancellationToken);
        if (answer is { IsSuccess: true, Digest: { } taken } && taken != digest)
            throw ReleaseException.For(nameof(Messages.ManifestDigestMismatch), ErrorKind.InvalidState, repository, repository, digest, taken);
        if (answer.IsSuccess)
            return true;

        var refused = RegistryRefusals.Of(registry, login, $"PUT {url.AbsolutePath}", $"{repository}:{tag}", answer);
        if (!TagChecks.SaysImmutable(answer.Words))
            throw refused;
        var holds = await FindAsync(repository, tag, cancellationToken);
        return holds?.Digest == digest
            ? false
            : throw ReleaseException.Wrap(
                refused, nameof(Messages.TagImmutable), ErrorKind.InvalidState, $"{repository}:{tag}", repository, tag, holds?.Digest ?? "another image", digest);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ManifestDigestsAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        var manifest = await GetManifestAsync(repository, digest, cancellationToken)
            ?? throw ReleaseException.For(nameof(Messages.ManifestNotFound), ErrorKind.NotFound, $"{repository}@{digest}", repository, digest);
        return [manifest.Digest, .. manifest.Manifests.Select(listed => listed.Digest).OfType<string>().Distinct(StringComparer.Ordinal)];
    }

    /// <summary>False: the protocol has no way to ask. A registry that does not move the tag says so when it is put.</summary>
    public Task<bool> AreTagsImmutableAsync(string repository, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <summary>False: nothing is to be done, the first push makes it.</summary>
    public Task<bool> CreateRepositoryAsync(string repository, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <summary>Off: the protocol knows no scans.</summary>
    public Task<ImageScan> GetScanAsync(string repository, string digest, CancellationToken cancellationToken) =>
        Task.FromResult(new ImageScan { Status = ImageScanStatus.Off, Description = "the registry has no scanner" });

    /// <inheritdoc/>
    public async Task<RegistryAuthorization> GetAuthorizationAsync(string repository, RegistryAuthorization? refused, CancellationToken cancellationToken)
    {
        var host = Locate(repository).Registry.Host;
        return await logins.GetAsync(host, refused, cancellationToken)
            ?? throw RegistryRefusals.Unauthorized(host, refused!, "and there are no others");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        authenticator.Dispose();
        logins.Dispose();
    }

    /// <summary>Asks for a manifest; null when the registry does not have it, or not even its repository.</summary>
    private async Task<RegistryAnswer?> AskAsync(HttpMethod method, string repository, string tagOrDigest, CancellationToken cancellationToken)
    {
        var (registry, path) = Locate(repository);
        var url = registry.Manifest(path, ImageReference.IsDigest(tagOrDigest) ? tagOrDigest : ImageReference.CheckTag(tagOrDigest));
        var (answer, login) = await authenticator.SendAsync(
            registry,
            path,
            authorization => new RegistryRequest(method, url)
            {
                Authorization = authorization, Accept = Manifest.AcceptedMediaTypes, FollowsRedirects = true, LongestAnswer = LongestManifest,
            },
            writes: false,
            cancellationToken);
        if (answer.Status == HttpStatusCode.NotFound)
            return null;
        return answer.IsSuccess
            ? answer
            : throw RegistryRefusals.Of(registry, login, $"{method} {url.AbsolutePath}", $"{repository}:{tagOrDigest}", answer);
    }

    private static (RegistryAddress Registry, string Path) Locate(string repository)
    {
        var reference = ImageReference.ParseRepository(repository);
        return (RegistryAddress.Of(reference.Host), reference.Path);
    }
}
