using ReleaseTools.Sandbox.Ecs;
using ReleaseTools.Sandbox.Logs;
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
        return new SandboxServices(
            [
                new LogsService(world),
                new StsService(world),
                new SsmService(world),
                new EcsService(world),
            ],
            new NoRegistry());
    }

    public SandboxService? ByTargetPrefix(string prefix) =>
        All.FirstOrDefault(service => service.TargetPrefix.Length > 0 && string.Equals(service.TargetPrefix, prefix, StringComparison.Ordinal));

    public SandboxService? ByName(string name) =>
        All.FirstOrDefault(service => string.Equals(service.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Brings every service to this moment. The caller holds the gate.</summary>
    public void Advance(DateTimeOffset now)
    {
        foreach (var service in All)
            service.Advance(now);
    }
}

/// <summary>Stands where no registry is: it knows no repository.</summary>
internal sealed class NoRegistry : IRegistryHandler
{
    public (string Operation, string? Target) Describe(string method, string path) => (method, null);

    public Task<RegistryAnswer> HandleAsync(RegistryRequest request, CancellationToken cancellationToken) =>
        Task.FromResult(new RegistryAnswer { Status = 404, ErrorCode = "NAME_UNKNOWN" });
}
