using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>
/// Tells of a rollout that failed and was undone what became of it in all. RolledBack is only what is proven; else the failure
/// stays what it was, or becomes one where ECS had begun to put the former revision back.
/// </summary>
/// <param name="Result">What became of the undo.</param>
/// <param name="Plan">The undo's plan; null where none could be made.</param>
internal sealed record UndoneRollout(RolloutResult Result, UndoPlan? Plan)
{
    /// <summary>What became of a rollout in all.</summary>
    /// <param name="failed">How the rollout failed.</param>
    /// <param name="count">The desired count that the rollout set; null where it did not.</param>
    public RolloutResult Of(RolloutResult failed, CountToUndo? count)
    {
        var (rollout, back) = (failed.Rollout, Result.Rollout);
        if (Plan is null || back.Status is not (RolloutStatus.Verified or RolloutStatus.Deployed))
            return NotUndone(failed, count);

        // The failure stays; what it said of how things stood does not.
        var tag = Tag(failed, Result, Plan);
        var cause = RolloutText.Without(
            rollout.Reason, failed.SaidOfRollback, RolloutVerdict.GoesOnTrying, RolloutVerdict.GoesOnDespiteBreaker, $" {RolloutText.GoesOn(rollout)}", tag.Length == 0 ? "" : failed.SaidOfTag);
        return new(rollout with
        {
            Status = RolloutStatus.RolledBack,
            Reason = $"{cause} Rolled back to {back.TaskDefinition} ({back.DeploymentId}): {back.Reason}{count?.Sentence(back.DesiredCount)}{tag}",
            TaskDefinition = back.TaskDefinition,
            RunningDigests = back.RunningDigests,
            DesiredCount = back.DesiredCount,
            RunningCount = back.RunningCount,
            Duration = rollout.Duration + back.Duration,
        });
    }

    /// <summary>That a tag stays where it is, and why.</summary>
    public static string TagStays(UndoPlan plan) => plan is { Rollout: { FormerDigest: { } names, NamedTag: var (repository, tag) } }
        ? $" The tag {tag} of {repository} names {Words.Digest(names)} and was left there: {plan.TagStays}."
        : "";

    private RolloutResult NotUndone(RolloutResult failed, CountToUndo? count)
    {
        var (rollout, back, undo) = (failed.Rollout, Result.Rollout, Result);
        var isByEcs = rollout.Status == RolloutStatus.RolledBack;
        if (isByEcs)
            rollout = rollout with { Status = RolloutStatus.Failed };
        if (undo.Error is { Id: nameof(Messages.RollbackNotSeen) } || isByEcs && undo.Error is AwsServiceException)
            return NotSeen(rollout, back, undo.Error);

        // One that began had put the tag back, whatever became of it.
        var tag = Plan is not null && back.DeploymentId is not null ? Tag(failed, undo, Plan) : "";
        var cause = undo.Error ?? Failed(rollout, $"it {RolloutText.Ended(back.Status)}: {back.Reason}");
        var what = isByEcs ? "ECS began to put back what ran before, which is not known to have succeeded"
            : back.DeploymentId is not null ? $"Its rollback to {back.TaskDefinition} ({back.DeploymentId}) did not succeed either"
            : "It was not rolled back";
        var reason = $"{RolloutText.Without(rollout.Reason, failed.SaidOfRollback, tag.Length == 0 ? "" : failed.SaidOfTag)} {what}: "
            + $"{RolloutText.Without(cause.Message, Failed(rollout, "").Message)}{(back.DeploymentId is null ? count?.NotTouched : count?.Sentence(back.DesiredCount))}{tag}";
        return new(
            rollout with { Reason = reason, RunningDigests = back.RunningDigests, RunningCount = back.RunningCount, Duration = rollout.Duration + back.Duration },
            ReleaseException.Wrap(cause, nameof(Messages.RollbackFailed), ErrorKind.Failed, rollout.Service, rollout.Service, rollout.Cluster, reason + RolloutText.LastWords(rollout)));
    }

    // Where the task definition's tag is after the undo; empty where it names none, or named what was put back already.
    private static string Tag(RolloutResult failed, RolloutResult undo, UndoPlan plan)
    {
        if (plan.Rollout is not { NamedTag: var (repository, tag) } rollout)
            return "";
        if (rollout.Image is null || undo.LeavesTag)
            return failed.SaidOfTag.Length > 0 ? "" : $" The tag {tag} of {repository} was left where it was.";
        return plan.TagStays is not null ? TagStays(plan)
            : rollout.TagToMove is null ? ""
            : $" The tag {tag} is back on {Words.Digest(rollout.Image.Digest!)}.";
    }

    // It goes on at ECS, and may yet succeed.
    private static RolloutResult NotSeen(ServiceRollout rollout, ServiceRollout back, ReleaseException unseen)
    {
        var unread = unseen is AwsServiceException ? unseen.Message : unseen.InnerException?.Message ?? "it has not begun yet.";
        var error = ReleaseException.Wrap(
            unseen, nameof(Messages.RollbackNotSeen), unseen.Kind, rollout.Service,
            rollout.Service, rollout.Cluster, $"{unread} What it is to undo: {rollout.Reason}{RolloutText.LastWords(rollout)}", RolloutText.Wait(back));
        return new(rollout with { Reason = $"{rollout.Reason} {NotSeen(rollout, unread)}", Duration = rollout.Duration + back.Duration }, error);
    }

    private static string NotSeen(ServiceRollout rollout, string why) =>
        ReleaseException.For(nameof(Messages.RollbackNotSeen), ErrorKind.Failed, rollout.Service, rollout.Service, rollout.Cluster, why, "").Message;

    private static ReleaseException Failed(ServiceRollout rollout, string why) =>
        ReleaseException.For(nameof(Messages.RollbackFailed), ErrorKind.Failed, rollout.Service, rollout.Service, rollout.Cluster, why);
}
