using FsCheck;
using FsCheck.Fluent;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;
using ReleaseTools.Sandbox.Ecs;

namespace ReleaseTools.Engine.Tests.Rollouts;

/// <summary>Whatever happens to a deployment, the verdict is what is true of it in the model of ECS, and comes soon after.</summary>
public sealed class RolloutWatcherProperties
{
    private const int Histories = 10_000;

    // A look every 4 s, one that is stale, one that is throttled (8 s), and a second of the model's step.
    private const double Soon = 17;

    // What completed is proven at five looks before it is a mismatch; a stale one begins anew.
    private const double ProofTime = 60;
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(5);

    [Fact]
    public void The_verdict_is_what_is_true_of_the_deployment() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(Histories), Prop.ForAll(DeploymentHistory.Any.ToArbitrary(), history => RunAsync(history).GetAwaiter().GetResult()));

    private static async Task RunAsync(DeploymentHistory history)
    {
        var time = new JumpingTime();
        var registry = new TagsInMemory().With(ModelledEcs.Repository, "latest", ModelledEcs.Old);
        var ecs = new ModelledEcs(history, time, registry);
        var rollouts = new EcsRollouts(ecs.Session, registry, NullObserver.Instance, time);
        var image = new EcrImage { Name = "web", Repository = ModelledEcs.Repository, Tag = "4f2c9e1", Digest = ModelledEcs.New };
        var plans = await rollouts.PlanAsync([new() { Service = "web", Cluster = "main" }], new Dictionary<string, EcrImage> { ["web"] = image }, default);

        var result = (await rollouts.RolloutAsync(plans, new() { Timeout = Timeout }, default)).Single();

        var rollout = result.Rollout;
        rollout.DeploymentId.ShouldBe(ecs.Deployment, rollout.Reason);
        IsTrue(result, history, ecs).ShouldBeTrue($"{rollout.Status} ({rollout.Reason}); {ecs}");
    }

    private static bool IsTrue(RolloutResult result, DeploymentHistory history, ModelledEcs ecs)
    {
        var slack = Soon + (history.Outage > 0 ? history.Outage + 30 : 0);
        bool WasMissedBefore(double at) => ecs.Truth.Must.Any(must => must.At + slack + (must.End is DeploymentEnd.Completed ? ProofTime : 0) < at);
        bool Became(DeploymentEnd end) => ecs.Truth.May.Any(may => may.End == end && !WasMissedBefore(may.At));
        return result.Rollout.Status switch
        {
            RolloutStatus.Verified => Became(DeploymentEnd.Completed) && history.Desired > 0 && Runs(history, ecs),
            RolloutStatus.Deployed => Became(DeploymentEnd.Completed) && history.Desired == 0,
            RolloutStatus.Mismatch => Became(DeploymentEnd.Completed) && !Runs(history, ecs),
            RolloutStatus.Failed => Became(DeploymentEnd.Failed) || (Became(DeploymentEnd.Completed) && ecs.Truth.CrashesOn),
            RolloutStatus.RolledBack => Became(result.SaidOfRollback.Length > 0 ? DeploymentEnd.RollingBack : DeploymentEnd.RolledBack),
            RolloutStatus.Superseded => Became(DeploymentEnd.Superseded),
            RolloutStatus.TimedOut or RolloutStatus.Stalled => !WasMissedBefore(Timeout.TotalSeconds) || (Became(DeploymentEnd.Completed) && !Runs(history, ecs)),
            _ => false,
        };
    }

    private static bool Runs(DeploymentHistory history, ModelledEcs ecs)
    {
        var running = ecs.Service.Live.Where(task => task.IsWanted && task.Status is EcsTaskStatus.Running).ToList();
        return running.Count >= history.Desired && running.TrueForAll(task => task.Containers[0].ImageDigest == ModelledEcs.New);
    }
}
