using ReleaseTools.Sandbox.CodeBuild;
using ReleaseTools.Sandbox.Ecr;
using ReleaseTools.Sandbox.Ecs;
using ReleaseTools.Sandbox.Logs;
using ReleaseTools.Sandbox.Registry;
using ReleaseTools.Sandbox.SageMaker;
using ReleaseTools.Sandbox.Ssm;
using ReleaseTools.Sandbox.Sts;

namespace ReleaseTools.Sandbox.Server;

/// <summary>The services of one sandbox: the one place where they are listed.</summary>
internal sealed class SandboxServices
{
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
        var tokens = new EcrTokens(world.Clock);
        return new SandboxServices(
            [
                new LogsService(world),
                new StsService(world),
                new SsmService(world),
                new EcrService(world, catalog, tokens, blobs),
                new CodeBuildService(world),
                new SageMakerService(world),
                new EcsService(world),
            ],
            new RegistryHandler(world, catalog, tokens, blobs));
    }

    public SandboxService? ByTargetPrefix(string prefix) =>
        All.FirstOrDefault(service => service.TargetPrefix.Length > 0 && string.Equals(service.TargetPrefix, prefix, StringComparison.Ordinal));

    public SandboxService? ByName(string name) =>
        All.FirstOrDefault(service => string.Equals(service.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Brings every service to the present. It takes the gate, which the caller may hold already.</summary>
    public void Advance(SandboxWorld world)
    {
        lock (world.Gate)
        {
            var now = world.Now;
            foreach (var service in All)
                service.Advance(now);
        }
    }
}
