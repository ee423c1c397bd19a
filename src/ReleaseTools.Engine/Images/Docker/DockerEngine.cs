using System.Text.Json;
using Docker.DotNet;
using Docker.DotNet.Models;
using Docker.DotNet.NativeHttp;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Images.Docker;

/// <summary>A Docker engine, reached by its API.</summary>
public sealed class DockerEngine : IDockerEngine, IDisposable
{
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(5);
    private readonly Lazy<DockerClient> client;
    private readonly TimeProvider timeProvider;
    private DockerCertificates? certificates;

    private DockerEngine(DockerHost host, TimeProvider timeProvider)
    {
        Host = host;
        this.timeProvider = timeProvider;
        client = new(MakeClient); // who reuses every image never asks
    }

    /// <summary>Where it is.</summary>
    public DockerHost Host { get; }

    /// <inheritdoc/>
    public bool IsLocal => Host.Endpoint.Scheme is "unix" or "npipe";

    /// <summary>The engine that the docker CLI would talk to in this environment. Nothing is sent yet.</summary>
    /// <exception cref="ReleaseException"><c>DockerHostInvalid</c>.</exception>
    public static DockerEngine Connect(IReadOnlyDictionary<string, string> environment, TimeProvider timeProvider) =>
        new(DockerHost.Resolve(environment), timeProvider);

    /// <inheritdoc/>
    public async Task PingAsync(CancellationToken cancellationToken)
    {
        using var tooLate = new CancellationTokenSource(PingTimeout, timeProvider);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tooLate.Token);
        try
        {
            await client.Value.System.PingAsync(stop.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(exception, $"no answer within {PingTimeout.TotalSeconds:0} s");
        }
        catch (Exception exception) when (IsConnectionFailure(exception) || exception is DockerApiException)
        {
            throw Unreachable(exception, exception.GetBaseException().Message);
        }
    }

    /// <inheritdoc/>
    public Task<EngineVersion> GetVersionAsync(CancellationToken cancellationToken) =>
        ReachAsync(async () =>
        {
            var version = await client.Value.System.GetVersionAsync(cancellationToken);
            return new EngineVersion(version.Version ?? "", version.Arch ?? "", version.Platform?.Name);
        });

    /// <inheritdoc/>
    public Task<bool> HoldsIndexesAsync(CancellationToken cancellationToken) =>
        ReachAsync(async () =>
        {
            // https://docs.docker.com/engine/storage/containerd/: how to tell which store an engine uses.
            var info = await client.Value.System.GetSystemInfoAsync(cancellationToken);
            return (info.DriverStatus ?? []).Any(entry => entry is ["driver-type", "io.containerd.snapshotter.v1"]);
        });

    /// <inheritdoc/>
    public Task PullAsync(ImageReference reference, string platform, RegistryAuthorization authorization, CancellationToken cancellationToken) =>
        ReachAsync(async () =>
        {
            string? error = null;
            var parameters = new ImagesCreateParameters { FromImage = $"{reference.Repository}@{reference.Digest}", Platform = platform };
            await client.Value.Images.CreateImageAsync(parameters, Auth(authorization), new Listener(message => error ??= message.Error?.Message), cancellationToken);
            return error is null ? true : throw ReleaseException.For(nameof(Messages.PullFailed), ErrorKind.Failed, reference.ToString(), reference, error);
        });

    /// <inheritdoc/>
    public Task<EngineImage?> InspectAsync(string image, CancellationToken cancellationToken) =>
        ReachAsync(async () =>
        {
            try
            {
                var found = await client.Value.Images.InspectImageAsync(image, cancellationToken);
                return new EngineImage(found.ID, found.Size, [.. found.RepoDigests ?? []], [.. found.RootFS?.Layers ?? []]);
            }
            catch (DockerImageNotFoundException)
            {
                return null;
            }
        });

    /// <inheritdoc/>
    public Task TagAsync(string image, ImageReference reference, CancellationToken cancellationToken) =>
        ReachAsync(async () =>
        {
            await client.Value.Images.TagImageAsync(image, new ImageTagParameters { RepositoryName = reference.Repository, Tag = reference.Tag }, cancellationToken);
            return true;
        });

    /// <inheritdoc/>
    public Task PushAsync(ImageReference reference, RegistryAuthorization authorization, Action<PushMessage> said, CancellationToken cancellationToken) =>
        ReachAsync(async () =>
        {
            await client.Value.Images.PushImageAsync(
                reference.Repository, new ImagePushParameters { Tag = reference.Tag }, Auth(authorization), new Listener(message => said(Read(message))), cancellationToken);
            return true;
        });

    /// <inheritdoc/>
    public void Dispose()
    {
        if (client.IsValueCreated)
            client.Value.Dispose();
        certificates?.Dispose();
    }

    private DockerClient MakeClient()
    {
        certificates = Host.Tls is null ? null : DockerCertificates.Load(Host.Tls);
        var builder = new DockerClientBuilder().WithEndpoint(Host.Endpoint)
            .WithTimeout(Timeout.InfiniteTimeSpan); // a push lasts as long as it lasts; whoever waits passes a token
        if (certificates is not null)
            builder = builder.WithAuthProvider(certificates);
        return Host.Endpoint.Scheme is "unix" or "npipe" ? builder.Build() : builder.WithTransportOptions(new NativeHttpTransportOptions()).Build();
    }

    private static AuthConfig Auth(RegistryAuthorization authorization) =>
        new() { Username = authorization.UserName, Password = authorization.Password, IdentityToken = authorization.IdentityToken, ServerAddress = authorization.Host };

    private static PushMessage Read(JSONMessage message) =>
        new(
            message.ID,
            message.Status,
            message.Progress?.Current ?? 0,
            message.Progress?.Total ?? 0,
            message.Aux?.ExtensionData?.TryGetValue("Digest", out var digest) == true && digest is JsonElement { ValueKind: JsonValueKind.String } text ? text.GetString() : null,
            message.Error?.Message);

    private async Task<T> ReachAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (IsConnectionFailure(exception))
        {
            throw Unreachable(exception, exception.GetBaseException().Message);
        }
        catch (DockerApiException exception)
        {
            throw ReleaseException.Wrap(
                exception, nameof(Messages.DockerEngineRefused), ErrorKind.Failed, Host.Endpoint.OriginalString, Host.Endpoint.OriginalString, (int)exception.StatusCode, exception.ResponseBody?.Trim());
        }
    }

    private ReleaseException Unreachable(Exception inner, string why)
    {
        // Connecting to a socket file that is not there fails with a word about addresses that helps nobody.
        var noSocket = Host.Endpoint.Scheme == "unix" && !File.Exists(Host.Endpoint.LocalPath);
        return ReleaseException.Wrap(
            inner, nameof(Messages.DockerEngineUnreachable), ErrorKind.Connection, Host.Endpoint.OriginalString, Host.Endpoint.OriginalString, noSocket ? "there is no such socket" : why);
    }

    private static bool IsConnectionFailure(Exception exception) =>
        exception is HttpRequestException or IOException or System.Net.Sockets.SocketException or TimeoutException or AggregateException or System.Security.Authentication.AuthenticationException;

    /// <summary><see cref="Progress{T}"/> would post to other threads and lose the order.</summary>
    private sealed class Listener(Action<JSONMessage> said) : IProgress<JSONMessage>
    {
        public void Report(JSONMessage value) => said(value);
    }
}
