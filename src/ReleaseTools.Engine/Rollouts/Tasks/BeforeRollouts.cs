using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Rollouts.Tasks;

/// <summary>
/// The tasks that come before the deployments of a wave: run side by side, and before any deployment of it begins. A service
/// whose task does not succeed is not deployed, and its tag is not moved.
/// </summary>
internal sealed class BeforeRollouts(ReleaseTasks tasks, PinnedRevisions revisions, IReadOnlyList<RolloutPlan> all)
{
    /// <summary>Runs the tasks of a wave and waits for them; what became of each, by its plan.</summary>
    /// <param name="wave">The plans of which a deployment is started; what is joined had its task.</param>
    /// <param name="options">How it is rolled out.</param>
    /// <param name="cancellationToken">Stops the wait; the tasks go on.</param>
    public async Task<IReadOnlyDictionary<RolloutPlan, ReleaseTaskResult>> RunAsync(IEnumerable<RolloutPlan> wave, RolloutOptions options, CancellationToken cancellationToken)
    {
        var results = new Dictionary<RolloutPlan, ReleaseTaskResult>(ReferenceEqualityComparer.Instance);
        var due = wave.Where(plan => plan is { Problem: null, BeforeRollout: not null }).ToList();
        if (due.Count == 0)
            return results;
        var how = new ReleaseTaskOptions { Timeout = options.Timeout, ThrottleLimit = options.ThrottleLimit };
        foreach (var (plan, result) in due.Zip(await tasks.RunAsync([.. due.Select(plan => plan.BeforeRollout!)], how, revisions, Keeps, cancellationToken)))
            results[plan] = result;
        return results;
    }

    /// <summary>What becomes of a service whose task did not succeed.</summary>
    public static RolloutResult NotBegun(RolloutPlan plan, ReleaseTaskResult task)
    {
        var service = plan.Service.Service;
        var error = ReleaseException.Wrap(
            task.Error!, nameof(Messages.BeforeRolloutFailed), task.Error!.Kind, service, service, task.Error.Message, task.Error.RecommendedAction);
        return new(plan.ToRollout() with { Status = RolloutStatus.Failed, BeforeRollout = task.Task, Duration = task.Task.Duration, Reason = error.Message }, error);
    }

    /// <summary>A rollout that tells of its task, where it had one.</summary>
    public static RolloutResult Told(RolloutResult result, ReleaseTaskResult? task) =>
        task is null ? result : result with { Rollout = result.Rollout with { BeforeRollout = task.Task, Reason = Reason(result.Rollout, task.Task) } };

    // What is not waited for says already that it runs first.
    private static string? Reason(ServiceRollout rollout, ReleaseTask task) =>
        rollout.Status == RolloutStatus.InProgress ? rollout.Reason : $"Ran {TaskText.Of(task.Command)} first. {rollout.Reason}";

    // A revision that a rollout of the same release deploys stays, whichever wave that is in.
    private bool Keeps(ReleaseTaskPlan task) =>
        all.Any(plan => plan is { Problem: null, PinsDigest: true } && plan.Seen?.TaskDefinition == task.Seen?.TaskDefinition && plan.Image?.Digest == task.Image?.Digest);
}
