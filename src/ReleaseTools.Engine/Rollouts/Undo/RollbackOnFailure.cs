using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>Undoes what failed of a rollout, and tells of each service what became of it in all.</summary>
public sealed class RollbackOnFailure(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time, EcsRollouts rollouts)
{
    /// <summary>Undoes the rollouts that failed; the others' results are given back as they are.</summary>
    /// <param name="plans">The rollouts' plans.</param>
    /// <param name="results">What became of them.</param>
    /// <param name="options">How the rollbacks are watched.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>
    /// RolledBack, with the failure's reason, for each that was put back; one that was not keeps the status of its failure, the rollback's error beside it.
    /// </returns>
    public async Task<IReadOnlyList<RolloutResult>> ApplyAsync(
        IReadOnlyList<RolloutPlan> plans, IReadOnlyList<RolloutResult> results, RolloutOptions options, CancellationToken cancellationToken)
    {
        var failed = Enumerable.Range(0, results.Count).Where(i => IsToUndo(results[i])).ToList();
        var all = results.ToArray();
        if (failed.Count == 0)
            return all;

        try
        {
            var healthy = plans.Where((_, i) => results[i].Rollout.Status is RolloutStatus.Verified or RolloutStatus.Deployed).ToList();
            var needed = healthy.Select(plan => plan.NamedTag).OfType<(string, string)>().ToHashSet();
            var undos = await new UndoPlanner(aws, registry, observer, time).PlanAsync([.. failed.Select(i => Request(plans[i], results[i], needed))], cancellationToken);
            WarnOfTags(undos, healthy);
            var undone = await new EcsUndo(aws, registry, observer, time, rollouts).UndoAsync(undos, options with { NoWait = false }, cancellationToken);
            foreach (var (i, undo, plan) in failed.Zip(undone, undos))
                all[i] = UndoneRollout.Of(results[i], undo, plan, CountToUndo.Of(plans[i]));
        }
        catch (ReleaseException error)
        {
            // What became of the rollouts must not get lost over it.
            foreach (var i in failed)
                all[i] = UndoneRollout.NotUndone(results[i], new(results[i].Rollout, error), CountToUndo.Of(plans[i]));
        }

        return all;
    }

    private static UndoRequest Request(RolloutPlan plan, RolloutResult result, IReadOnlySet<(string, string)> needed) => new(plan.Service)
    {
        DeploymentId = result.Rollout.DeploymentId,
        FormerDigest = plan.FormerDigest is { } former && !plan.AcceptedDigests.Contains(former, StringComparer.Ordinal) ? former : null,
        DeployedDigests = plan.AcceptedDigests,
        IsRolledBackByEcs = result.Rollout.Status == RolloutStatus.RolledBack,
        NeededTags = needed,
        Count = CountToUndo.Of(plan),
    };

    private void WarnOfTags(IReadOnlyList<UndoPlan> undos, IReadOnlyList<RolloutPlan> healthy)
    {
        WarnOfTagsTakenAway(undos, healthy);
        foreach (var undo in undos.Where(undo => undo.IsTagMovedByOthers))
            observer.Report(new Warned(undo.Service.Service, UndoneRollout.TagStays(undo).Trim()));
    }

    // What has ended is deployed again, and ECS takes the digest from the tag; so it moves also where a service that is well needs it.
    private void WarnOfTagsTakenAway(IReadOnlyList<UndoPlan> undos, IReadOnlyList<RolloutPlan> healthy)
    {
        var moves = undos.Where(undo => undo is { Problem: null, TagStays: null, Rollout: { TagToMove: not null, Image.Digest: not null } }).DistinctBy(undo => undo.Rollout!.NamedTag);
        foreach (var (undo, plan) in moves.SelectMany(undo => healthy.Where(plan => IsTakenFrom(plan, undo.Rollout!)).Select(plan => (undo, plan))))
        {
            var (name, back) = (plan.Service.Service, undo.Rollout!);
            observer.Report(new Warned(name, $"The rollback of {undo.Service.Service} puts the tag {back.TagToMove} of {back.Image!.Repository} back on {Words.Digest(back.Image.Digest!)}. "
                + $"{name} was deployed from that tag and is well; its next deployment would bring {Words.Digest(back.Image.Digest!)}. Release it again before."));
        }
    }

    private static bool IsTakenFrom(RolloutPlan plan, RolloutPlan back) => plan.NamedTag is { } tag && tag == back.NamedTag && plan.Image?.Digest != back.Image!.Digest;

    // Superseded is somebody else's business by now. A rollout whose end nobody saw (it could not be watched) may yet go well, and
    // so may one that completed and whose stopped tasks ECS replaces. A rollback that ECS began has yet to succeed.
    private static bool IsToUndo(RolloutResult result) => result is
    {
        Error: null, HasCompleted: false,
        Rollout: { DeploymentId: not null, Status: RolloutStatus.Failed or RolloutStatus.Mismatch or RolloutStatus.Stalled or RolloutStatus.TimedOut or RolloutStatus.RolledBack },
    };
}
