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

    private protected RollbackOnFailure Rollback => new(Sandbox.Session, Sandbox.Registry, Observer, Sandbox.Time, Rollouts);

    private protected static RolloutOptions Options => new() { Timeout = TimeSpan.FromMinutes(4) };

    private protected async Task<string> WithServiceAsync(bool breaker = false, int desired = 2)
    {
        await Sandbox.WithServiceAsync(breaker, desired);
        return await TagAsync();
    }

    private protected async Task<string> TagAsync() => (await Sandbox.Registry.FindAsync(Sandbox.Repository, "latest", default))!.Digest;

    private protected async Task<ServiceRollout> RolloutAsync(EcrImage image, RolloutOptions options, int? desiredCount = null) =>
        (await Rollouts.RolloutAsync(await PlanRolloutAsync(image, desiredCount), options, default)).Single().Rollout;

    private protected async Task<IReadOnlyList<RolloutPlan>> PlanRolloutAsync(EcrImage image, int? desiredCount = null) =>
        await Rollouts.PlanAsync([Service], new Dictionary<string, EcrImage> { ["web"] = image }, desiredCount, default);

    private protected async Task<IReadOnlyList<RolloutResult>> RolloutWithRollbackAsync(IReadOnlyList<RolloutPlan> plans) =>
        await Rollback.RolloutAsync(plans, Options, default);

    /// <summary>What becomes of rollouts that have ended so.</summary>
    private protected Task<IReadOnlyList<RolloutResult>> ApplyAsync(IReadOnlyList<RolloutPlan> plans, IReadOnlyList<RolloutResult> results, RolloutOptions options) =>
        ApplyAsync(Rollback, plans, results, options);

    /// <inheritdoc cref="ApplyAsync(IReadOnlyList{RolloutPlan}, IReadOnlyList{RolloutResult}, RolloutOptions)"/>
    private protected static Task<IReadOnlyList<RolloutResult>> ApplyAsync(
        RollbackOnFailure rollback, IReadOnlyList<RolloutPlan> plans, IReadOnlyList<RolloutResult> results, RolloutOptions options) =>
        rollback.RolloutAsync(plans, options, _ => Task.FromResult(results), default);

    private protected async Task<RolloutResult> RolloutWithRollbackAsync(EcrImage image, int? desiredCount = null) =>
        (await RolloutWithRollbackAsync(await PlanRolloutAsync(image, desiredCount))).Single();

    /// <summary>What becomes of a rollout that ended well as far as ECS tells, and whose URL then does not answer.</summary>
    private protected async Task<RolloutResult> RollBackAfterItsUrlFailedAsync(IReadOnlyList<RolloutPlan> plans)
    {
        var results = await Rollouts.RolloutAsync(plans, Options, default);
        results.ShouldAllBe(one => one.Rollout.Status == RolloutStatus.Verified);
        return (await ApplyAsync(plans, [.. results.Select(one => one with { Rollout = one.Rollout with { Status = RolloutStatus.Failed, Reason = "Its URL answers 500." } })], Options)).Single();
    }

    private protected async Task<int> DesiredCountAsync() =>
        (await Sandbox.Session.Ecs.DescribeServicesAsync(new("main", ["web"]), default)).Services!.Single().DesiredCount;

    private protected async Task<UndoPlan> PlanAsync(string? to = null) => (await Undo.PlanAsync([Service], to, default)).Single();

    private protected async Task<ServiceRollout> UndoAsync(string? to = null, RolloutOptions? options = null) =>
        (await Undo.UndoAsync([await PlanAsync(to)], options ?? new() { Timeout = TimeSpan.FromMinutes(4) }, default)).Single().Rollout;

    private protected IEnumerable<string> Changes() => Sandbox.Calls.Select(call => call.Operation).Where(operation => operation is "UpdateService" or "StopServiceDeployment");

    private protected async Task<ServiceRollout> WaitAsync(string? deploymentId, string? digest) =>
        (await new RolloutWaits(Sandbox.Session, Sandbox.Registry, Sandbox.Time, Rollouts).WaitAsync([new(Service, deploymentId, digest)], new() { Timeout = TimeSpan.FromMinutes(4) }, default)).Single().Rollout;
}
