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
        var healthy = plans.Where((_, i) => results[i].Rollout.Status is RolloutStatus.Verified or RolloutStatus.Deployed).ToList();
        var needed = healthy.Select(plan => plan.NamedTag).OfType<(string, string)>().ToHashSet();
        var all = results.ToArray();
        foreach (var i in Enumerable.Range(0, all.Length).Where(i => all[i].Rollout.Status == RolloutStatus.RolledBack && !IsNeeded(plans[i])))
            all[i] = await WithTagBackAsync(all[i], plans[i]);
        if (failed.Count == 0)
            return all;

        try
        {
            var requests = failed.Select(i => new UndoRequest(plans[i].Service)
            {
                DeploymentId = results[i].Rollout.DeploymentId,
                FormerDigest = plans[i].FormerDigest,
                NeededTags = needed,
            });
            var undos = await new UndoPlanner(aws, registry, observer, time).PlanAsync([.. requests], cancellationToken);
            WarnOfTagsTakenAway(undos, healthy);
            var undone = await new EcsUndo(aws, registry, observer, time, rollouts).UndoAsync(undos, options with { NoWait = false }, cancellationToken);
            foreach (var (i, undo, plan) in failed.Zip(undone, undos))
                all[i] = Joined(results[i], undo, plan);
        }
        catch (ReleaseException error)
        {
            // What became of the rollouts must not get lost over it.
            foreach (var i in failed)
                all[i] = NotUndone(results[i], new(results[i].Rollout, error));
        }

        return all;

        bool IsNeeded(RolloutPlan plan) => plan.NamedTag is { } tag && needed.Contains(tag);
    }

    // What has ended is deployed again, and ECS takes the digest from the tag; so it moves also where a service that is well needs it.
    private void WarnOfTagsTakenAway(IReadOnlyList<UndoPlan> undos, IReadOnlyList<RolloutPlan> healthy)
    {
        var moves = undos.Where(undo => undo is { Problem: null, LeavesTag: false, Rollout: { TagToMove: not null, Image.Digest: not null } }).DistinctBy(undo => undo.Rollout!.NamedTag);
        foreach (var (undo, plan) in moves.SelectMany(undo => healthy.Where(plan => IsTakenFrom(plan, undo.Rollout!)).Select(plan => (undo, plan))))
        {
            var (name, back) = (plan.Service.Service, undo.Rollout!);
            observer.Report(new Warned(name, $"The rollback of {undo.Service.Service} puts the tag {back.TagToMove} of {back.Image!.Repository} back on {Words.Digest(back.Image.Digest!)}. "
                + $"{name} was deployed from that tag and is well; its next deployment would bring {Words.Digest(back.Image.Digest!)}. Release it again before."));
        }
    }

    private static bool IsTakenFrom(RolloutPlan plan, RolloutPlan back) => plan.NamedTag is { } tag && tag == back.NamedTag && plan.Image?.Digest != back.Image!.Digest;

    // Superseded is somebody else's business by now, and what ECS rolled back needs no second time. A rollout whose end
    // nobody saw (it could not be watched) may yet go well, and so may one that completed and whose stopped tasks ECS replaces.
    private static bool IsToUndo(RolloutResult result) =>
        result is { Error: null, HasCompleted: false, Rollout: { DeploymentId: not null, Status: RolloutStatus.Failed or RolloutStatus.Mismatch or RolloutStatus.Stalled or RolloutStatus.TimedOut } };

    private static (string Repository, string Tag)? TagOf(RolloutPlan plan) => plan is { Image: { } image, TagToMove: { } tag } ? (image.Repository, tag) : null;

    // ECS put the former revision back, and knows nothing of the tag.
    private async Task<RolloutResult> WithTagBackAsync(RolloutResult result, RolloutPlan plan)
    {
        if (TagOf(plan) is not var (repository, tag) || plan.FormerDigest is not { } former)
            return result;
        try
        {
            // Not with the user's token: the rollout is over, and this is what is left of it.
            await registry.PutTagAsync(repository, former, tag, CancellationToken.None);
            return result with { Rollout = result.Rollout with { Reason = $"{RolloutText.Without(result.Rollout.Reason, result.SaidOfTag)} The tag {tag} is back on {Words.Digest(former)}." } };
        }
        catch (ReleaseException error)
        {
            observer.Report(new Warned(plan.Service.Service, $"The tag {tag} of {repository} could not be put back on {Words.Digest(former)}: {error.Message}"));
            return result;
        }
    }

    private static RolloutResult Joined(RolloutResult failed, RolloutResult undo, UndoPlan plan)
    {
        var (rollout, back) = (failed.Rollout, undo.Rollout);
        if (back.Status is not (RolloutStatus.Verified or RolloutStatus.Deployed))
            return NotUndone(failed, undo);

        // The failure stays; what it said of how things stood does not.
        var tagStays = plan.LeavesTag || undo.LeavesTag || plan.Rollout?.Image is null;
        var cause = RolloutText.Without(rollout.Reason, RolloutVerdict.GoesOnTrying, RolloutVerdict.GoesOnDespiteBreaker, $" {RolloutText.GoesOn(rollout)}", tagStays ? "" : failed.SaidOfTag);
        var moved = tagStays || failed.SaidOfTag.Length == 0 || plan.Rollout?.NamedTag is not { } moves || back.Digest is null ? "" : $" The tag {moves.Tag} is back on {Words.Digest(back.Digest)}.";
        return new(rollout with
        {
            Status = RolloutStatus.RolledBack,
            Reason = $"{cause} Rolled back to {back.TaskDefinition} ({back.DeploymentId}): {back.Reason}{moved}",
            TaskDefinition = back.TaskDefinition,
            RunningDigests = back.RunningDigests,
            RunningCount = back.RunningCount,
            Duration = rollout.Duration + back.Duration,
        });
    }

    private static RolloutResult NotUndone(RolloutResult failed, RolloutResult undo)
    {
        var (rollout, back) = (failed.Rollout, undo.Rollout);
        if (undo.Error is { Id: nameof(Messages.RollbackNotSeen) } unseen)
            return NotSeen(failed, back, unseen);
        var cause = undo.Error ?? Failed(rollout, $"It {RolloutText.Ended(back.Status)}: {back.Reason}");
        var reason = $"{rollout.Reason} It was not rolled back: {RolloutText.Without(cause.Message, Failed(rollout, "").Message)}";
        return new(
            rollout with { Reason = reason, RunningDigests = back.RunningDigests, RunningCount = back.RunningCount, Duration = rollout.Duration + back.Duration },
            ReleaseException.Wrap(cause, nameof(Messages.RollbackFailed), ErrorKind.Failed, rollout.Service, rollout.Service, rollout.Cluster, reason + RolloutText.LastWords(rollout)));
    }

    // It goes on at ECS, and may yet succeed.
    private static RolloutResult NotSeen(RolloutResult failed, ServiceRollout back, ReleaseException unseen)
    {
        var rollout = failed.Rollout;
        var why = $"{unseen.InnerException?.Message ?? "it has not begun yet."} What it is to undo: {rollout.Reason}{RolloutText.LastWords(rollout)}";
        return new(
            rollout with { Reason = $"{rollout.Reason} {back.Reason}", Duration = rollout.Duration + back.Duration },
            ReleaseException.Wrap(unseen, nameof(Messages.RollbackNotSeen), unseen.Kind, rollout.Service, rollout.Service, rollout.Cluster, why, RolloutText.Wait(back)));
    }

    private static ReleaseException Failed(ServiceRollout rollout, string why) =>
        ReleaseException.For(nameof(Messages.RollbackFailed), ErrorKind.Failed, rollout.Service, rollout.Service, rollout.Cluster, why);
}
