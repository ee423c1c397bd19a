using System.Runtime.ExceptionServices;
using ReleaseTools.Sandbox.AutoScaling;
using ReleaseTools.Sandbox.CloudWatch;
using ReleaseTools.Sandbox.CodeBuild;
using ReleaseTools.Sandbox.Ecr;
using ReleaseTools.Sandbox.Ecs;
using ReleaseTools.Sandbox.Logs;
using ReleaseTools.Sandbox.Registry;
using ReleaseTools.Sandbox.SageMaker;
using ReleaseTools.Sandbox.SecretsManager;
using ReleaseTools.Sandbox.Ssm;
using ReleaseTools.Sandbox.Sts;

namespace ReleaseTools.Sandbox.Server;

/// <summary>The services of one sandbox: the one place where they are listed.</summary>
internal sealed class SandboxServices : IDisposable
{
    // Wall-clock time: it is real work that is waited for.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private SandboxServices(IReadOnlyList<SandboxService> all, IRegistryHandler registry)
    {
        All = all;
        Registry = registry;
    }

    /// <summary>
    /// All services, in the order in which they are advanced: one that makes things (images) stands before those that
    /// take them, so that a long step of the clock ends as many short ones would.
    /// </summary>
    public IReadOnlyList<SandboxService> All { get; }

    public IRegistryHandler Registry { get; }

    public static SandboxServices Create(SandboxWorld world)
    {
        var blobs = new BlobStore(world.BlobDirectory);
        var catalog = new ImageCatalog(world, blobs);
        var tokens = new EcrTokens(world.Options.WallClock);
        var downloads = new LayerDownloads(world, catalog, blobs);
        return new SandboxServices(
            [
                new LogsService(world),
                new CloudWatchService(world),
                new StsService(world),
                new SsmService(world),
                new SecretsManagerService(world),
                new EcrService(world, catalog, tokens, blobs, downloads),
                new CodeBuildService(world),
                new SageMakerService(world),
                new AutoScalingService(world),
                new EcsService(world),
            ],
            new RegistryHandler(world, catalog, tokens, blobs, downloads));
    }

    public SandboxService? ByTargetPrefix(string prefix) =>
        All.FirstOrDefault(service => service.TargetPrefix.Length > 0 && string.Equals(service.TargetPrefix, prefix, StringComparison.Ordinal));

    public SandboxService? ByName(string name) =>
        All.FirstOrDefault(service => string.Equals(service.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Ends the work of the services and of the registry.</summary>
    public void Dispose()
    {
        foreach (var part in All.OfType<IDisposable>().Append(Registry))
            part.Dispose();
    }

    /// <summary>Brings every service to the present. It takes the gate, which the caller may hold already.</summary>
    /// <param name="world">The world.</param>
    /// <param name="asked">The service whose failure is the caller's; that of another is told to whoever asks that one.</param>
    public void Advance(SandboxWorld world, SandboxService? asked = null)
    {
        lock (world.Gate)
        {
            var now = world.Now;
            ExceptionDispatchInfo? failure = null;
            foreach (var service in All)
            {
                try
                {
                    service.Advance(now);
                }
                catch (Exception bug) when (bug is not OutOfMemoryException)
                {
                    failure = service == asked ? ExceptionDispatchInfo.Capture(bug) : failure;
                }
            }

            failure?.Throw();
        }
    }

    /// <summary>Lets a service's work come to an end that is near, without holding the gate.</summary>
    public async Task SettleAsync(SandboxWorld world, SandboxService service, string operation, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (Patience - TimeProvider.System.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
        {
            IReadOnlyList<Task> work;
            lock (world.Gate)
            {
                Advance(world);
                work = service.WorkBefore(operation);
            }

            if (work.Count == 0)
                return;
            await Task.WhenAny(Task.WhenAll(work), Task.Delay(left, cancellationToken));
        }
    }
}
