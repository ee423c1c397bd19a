using System.Net;
using System.Security.Cryptography;
using ReleaseTools.Sandbox.Registry;
using ReleaseTools.Sandbox.Server;
using ReleaseTools.Sandbox.Server.Signing;

namespace ReleaseTools.Sandbox;

/// <summary>A running sandbox: one listener on 127.0.0.1 for all services and for the registry behind ECR.</summary>
public sealed class SandboxServer : IDisposable
{
    private readonly SandboxWorld world;
    // How long requests may go on when the sandbox ends, and again when they are told to end.
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(1);

    private readonly RequestsUnderWay underWay = new();
    private readonly StateLock? stateLock;
    private readonly SandboxServices services;
    private readonly BlobFolder blobs;
    private readonly StateStore? state;
    private readonly CallLog calls = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly HttpListener listener;
    private readonly AwsDispatcher aws;
    private readonly RegistryDispatcher registry;
    private int disposed;

    private SandboxServer(SandboxOptions options)
    {
        world = new SandboxWorld(options);
        (listener, var port) = LocalListener.Start(options.Port);
        try
        {
            world.Host = $"127.0.0.1:{port}";
            stateLock = options.StatePath is null ? null : StateLock.Take(options.StatePath);
            blobs = new BlobFolder(options.StatePath);
            world.BlobDirectory = blobs.Path;
            services = SandboxServices.Create(world);
            state = options.StatePath is null ? null : new StateStore(options.StatePath, world, services);
            if (state?.Load() != true && options.SeedPath is not null)
                SeedFile.Replay(options.SeedPath, world, services);
        }
        catch
        {
            ((IDisposable)listener).Dispose();
            blobs?.Dispose();
            stateLock?.Dispose();
            underWay.Dispose();
            stopping.Dispose();
            throw;
        }

        world.Changed = () => state?.MarkChanged();
        world.Faults.BeforeAdd = () => services.Advance(world);

        // Clients sign by the wall clock, whatever clock the sandbox's resources live by.
        var verifier = new SignatureVerifier(new SigningKeys(AccessKeyId, SecretAccessKey, SessionToken), options.Region, options.WallClock);
        aws = new AwsDispatcher(world, services, verifier, calls, world.Changed);
        registry = new RegistryDispatcher(world, services, calls, world.Changed);
    }

    /// <summary>Where it listens, <c>http://127.0.0.1:port</c>.</summary>
    public Uri EndpointUrl => new($"http://{world.Host}");

    /// <summary>The registry's host, <c>127.0.0.1:port</c>.</summary>
    public string RegistryHost => world.Host;

    /// <summary>The access key that it takes; it takes no other.</summary>
    public string AccessKeyId { get; } = "ASIASANDBOX000000000";

    /// <summary>The secret that goes with <see cref="AccessKeyId"/>, made at random for this sandbox.</summary>
    public string SecretAccessKey { get; } = Convert.ToHexString(RandomNumberGenerator.GetBytes(20));

    /// <summary>The session token; a request comes with it, as the key is of a session.</summary>
    public string SessionToken { get; } = Convert.ToBase64String(RandomNumberGenerator.GetBytes(48));

    /// <summary>What is scripted to go wrong.</summary>
    public SandboxFaults Faults => world.Faults;

    /// <summary>The things there are now that a fault of this kind can befall, as it names them; none where it befalls calls.</summary>
    public IReadOnlyList<string> FaultTargets(SandboxFaultKind kind)
    {
        lock (world.Gate)
            return [.. services.All.SelectMany(service => service.FaultTargets(kind)).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Puts an endpoint into a status that AWS documents and that no operation brings about.</summary>
    internal void ForceEndpointStatus(string endpoint, string status, string? reason = null)
    {
        lock (world.Gate)
        {
            services.Advance(world);
            services.All.OfType<SageMaker.SageMakerService>().Single().ForceEndpointStatus(endpoint, status, reason);
        }
    }

    /// <summary>The calls it got so far, in order.</summary>
    public IReadOnlyList<ReleaseSandboxCall> Calls => calls.All;

    /// <summary>Starts a sandbox.</summary>
    /// <exception cref="SandboxStartException">The port is taken, or state or seed cannot be read.</exception>
    public static SandboxServer Start(SandboxOptions options)
    {
        var server = new SandboxServer(options);
        _ = server.AcceptAsync();
        return server;
    }

    /// <summary>Lets requests under way end, stops listening and keeps the state, where it has a place for it.</summary>
    /// <exception cref="IOException">The state cannot be written; all else is done then.</exception>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        try
        {
            underWay.Close();
            var ended = underWay.Wait(Ending);
            stopping.Cancel();
            if (ended || underWay.Wait(Ending))
                underWay.Dispose();
            listener.Close();

            // What still builds could push behind the last write's back.
            services.Dispose();
            state?.Dispose();
        }
        finally
        {
            blobs.Dispose();
            stateLock?.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var context = await listener.GetContextAsync();
                if (underWay.TryEnter())
                    _ = HandleAsync(context);
                else
                    ConnectionDrop.Drop(context);
            }
            catch (Exception end) when (end is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                // Closing the listener ends the wait for a request with one of these.
                if (!listener.IsListening)
                    return;
            }
        }
    }

    private async Task HandleAsync(HttpListenerContext context)
    {
        await Task.Yield();
        try
        {
            var path = context.Request.RawUrl ?? "/";
            if (path.StartsWith("/v2/", StringComparison.Ordinal) || path is "/v2" || path.StartsWith(LayerDownloads.Root, StringComparison.Ordinal))
                await registry.HandleAsync(context, stopping.Token);
            else
                await aws.HandleAsync(context, stopping.Token);
        }
        catch (Exception end) when (end is HttpListenerException or IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The client went away, or the sandbox stops: nobody is left to answer.
            ConnectionDrop.Drop(context);
        }
        catch (Exception bug) when (bug is not OutOfMemoryException)
        {
            await FailureAnswer.SendAsync(context, bug);
        }
        finally
        {
            underWay.Leave();
        }
    }
}
