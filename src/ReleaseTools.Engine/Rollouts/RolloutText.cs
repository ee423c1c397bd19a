namespace ReleaseTools.Engine.Rollouts;

/// <summary>Sentences about rollouts that are said in more than one place.</summary>
internal static class RolloutText
{
    /// <summary>That nobody knows whether a deployment began, and how to find out.</summary>
    public static string MayHaveBegun(ReleaseService service) =>
        $"A deployment of {service.Service} may have begun. To look at it: aws ecs describe-services --cluster {service.Cluster} --services {service.Service}.";

    /// <summary>That a deployment which was to be stopped goes on, and how to put back what ran before.</summary>
    public static string NotStopped(ReleaseService service) =>
        $"The deployment of {service.Service} was not stopped, and goes on. {PutBack(service)}";

    /// <summary>That ECS may be rolling a deployment back, and how to wait for it.</summary>
    public static string RollbackMayGoOn(ServiceRollout rollout) =>
        $"The rollback of {rollout.Service} may go on at ECS. To wait for its end: {Wait(rollout)}.";

    /// <summary>That a service which was to be put back was not, and how to do it.</summary>
    public static string NotPutBack(ReleaseService service) => $"{service.Service} was not put back to what ran before. {PutBack(service)}";

    /// <summary>That a rollout which failed was not undone, and how to do it.</summary>
    public static string NotUndone(ReleaseService service) => $"The rollout of {service.Service} failed and is not rolled back. {PutBack(service)}";

    private static string PutBack(ReleaseService service) => $"To put back what ran before: Restore-EcsService {service.Service} -Cluster {service.Cluster}.";

    /// <summary>How a rollout ended, as what one says of it.</summary>
    public static string Ended(RolloutStatus status) => status switch
    {
        RolloutStatus.Failed => "failed",
        RolloutStatus.RolledBack => "failed and is rolled back", // or has been: the reason says which
        RolloutStatus.Superseded => "was superseded",
        RolloutStatus.Mismatch => "left another image running",
        RolloutStatus.Stalled => "stalled",
        RolloutStatus.TimedOut => "was not over in time",
        RolloutStatus.NotRun => "was not begun",
        _ => $"is {status}",
    };

    /// <summary>A sentence's beginning.</summary>
    public static string Capital(string words) => char.ToUpperInvariant(words[0]) + words[1..];

    /// <summary>What the last of a rollout's stopped tasks logged, under the sentence that tells of it; nothing where no log is known.</summary>
    public static string LastWords(ServiceRollout rollout) => rollout.StoppedTasks.LastOrDefault(task => task.LogLines.Count > 0) is { } task
        ? $"{Environment.NewLine}The last lines of container {task.Container}, task {ServiceReader.ShortName(task.TaskArn)}:{string.Concat(task.LogLines.Select(line => $"{Environment.NewLine}  {line}"))}"
        : "";

    /// <summary>That a deployment goes on without us, and how to look at it, wait for it or undo it.</summary>
    public static string GoesOn(ServiceRollout rollout) =>
        $"Deployment {rollout.DeploymentId} of {rollout.Service} goes on. To look at it: aws ecs describe-services --cluster {rollout.Cluster} --services {rollout.Service}. "
        + $"To wait for it: {Wait(rollout)}; to undo it: Restore-EcsService {rollout.Service} -Cluster {rollout.Cluster}.";

    /// <summary>How to put back what ran before a deployment that nobody put back: ECS may go on trying it. Empty where there is nothing to put back.</summary>
    public static string Undo(ServiceRollout rollout) => rollout is { DeploymentId: not null, Status: RolloutStatus.Failed or RolloutStatus.Mismatch }
        ? $" To put back what ran before: Restore-EcsService {rollout.Service} -Cluster {rollout.Cluster}."
        : "";

    /// <summary>The command that waits for a rollout; with the digest, without which it would prove nothing.</summary>
    public static string Wait(ServiceRollout rollout) =>
        $"Wait-EcsRollout {rollout.Service} -Cluster {rollout.Cluster}{(rollout.Digest is null ? "" : $" -Digest {rollout.Digest}")}";

    /// <summary>A reason without what it says of how things stood, once they stand otherwise.</summary>
    public static string Without(string? reason, params IReadOnlyList<string> parts) =>
        parts.Where(part => part.Length > 0).Aggregate(reason ?? "", (text, part) => text.Replace(part, "", StringComparison.Ordinal)).Trim();
}
