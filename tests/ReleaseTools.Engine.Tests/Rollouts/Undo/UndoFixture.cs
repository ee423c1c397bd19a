using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Rollouts.Undo;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

/// <summary>A service <c>web</c> in the sandbox whose task definition names the tag <c>latest</c>, and what is undone of it.</summary>
public abstract class UndoFixture : IAsyncLifetime
{
    private protected FurnishedSandbox Sandbox { get; } = new();

    private protected RecordingObserver Observer { get; } = new();

    public async ValueTask InitializeAsync() => await Sandbox.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Sandbox.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected static ReleaseService Service => new() { Service = "web", Cluster = "main" };

    private protected EcsRollouts Rollouts => new(Sandbox.Session, Sandbox.Registry, Observer, Sandbox.Time);

    private protected EcsUndo Undo => new(Sandbox.Session, Sandbox.Registry, Observer, Sandbox.Time, Rollouts);

    private protected async Task<string> WithServiceAsync(bool breaker = false)
    {
        await Sandbox.WithServiceAsync(breaker);
        return await TagAsync();
    }

    private protected async Task<string> TagAsync() => (await Sandbox.Registry.FindAsync(Sandbox.Repository, "latest", default))!.Digest;

    private protected async Task<ServiceRollout> RolloutAsync(EcrImage image, RolloutOptions options)
    {
        var plans = await Rollouts.PlanAsync([Service], new Dictionary<string, EcrImage> { ["web"] = image }, default);
        return (await Rollouts.RolloutAsync(plans, options, default)).Single().Rollout;
    }

    private protected async Task<UndoPlan> PlanAsync(string? to = null) => (await Undo.PlanAsync([Service], to, default)).Single();

    private protected async Task<ServiceRollout> UndoAsync(string? to = null, RolloutOptions? options = null) =>
        (await Undo.UndoAsync([await PlanAsync(to)], options ?? new() { Timeout = TimeSpan.FromMinutes(4) }, default)).Single().Rollout;

    private protected IEnumerable<string> Changes() => Sandbox.Calls.Select(call => call.Operation).Where(operation => operation is "UpdateService" or "StopServiceDeployment");

    private protected async Task<ServiceRollout> WaitAsync(string? deploymentId, string? digest) =>
        (await new RolloutWaits(Sandbox.Session, Sandbox.Registry, Sandbox.Time, Rollouts).WaitAsync([new(Service, deploymentId, digest)], new() { Timeout = TimeSpan.FromMinutes(4) }, default)).Single().Rollout;
}
