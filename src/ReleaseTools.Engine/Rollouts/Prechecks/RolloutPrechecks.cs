using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>
/// What would keep tasks from starting and can be known before anything is changed:
/// <code>
/// images      what the task runs is there, and for the processor and system that it runs on
/// roles       an execution role where one is needed; roles that can be meant
/// secrets     what containers take from Secrets Manager and SSM is there, and not on its way out
/// log groups  what containers log to is there, or made by the driver
/// </code>
/// All run at once, over all tasks together, and ask for each thing once. What cannot be looked at, for want of a permission or
/// of an answer, is said and held against nobody: a check must never stop a rollout that would have succeeded. So what is
/// missing is a warning, too, where no task is to start yet.
/// </summary>
internal sealed class RolloutPrechecks(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time)
{
    /// <summary>How long all of it may take; an endpoint that cannot be reached would hold up the rollout for longer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    private static readonly string[] MayComeLater =
    [
        nameof(Messages.SecretNotFound), nameof(Messages.ParameterNotFound), nameof(Messages.SecretBeingDeleted), nameof(Messages.SecretWithoutValue),
        nameof(Messages.LogGroupNotFound), nameof(Messages.TaskImageNotFound),
    ];

    /// <summary>What is wrong with each task, all of it; nothing where all is well.</summary>
    public async Task<IReadOnlyDictionary<PrecheckedTask, IReadOnlyList<ReleaseException>>> CheckAsync(IReadOnlyList<PrecheckedTask> tasks, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        var looking = new Looking(observer, time, limit.Token);
        var found = await Task.WhenAll(
            new ImagePrecheck(registry, observer, looking).CheckAsync(tasks, cancellationToken),
            new NeededPrecheck(aws, observer, looking).CheckAsync(tasks, cancellationToken));
        if (looking.TooLate.Count > 0)
            observer.Report(new Warned("Checks before the rollout", $"ended after {Words.Duration(Limit)}, and these were not looked at: {string.Join("; ", looking.TooLate)}."));
        return tasks.ToDictionary(
            task => task,
            task => (IReadOnlyList<ReleaseException>)[.. RolePrecheck.Check(task, aws.Partition).Concat(found.SelectMany(problems => problems[task])).Where(problem => !IsOnlyWarned(task, problem))]);
    }

    private bool IsOnlyWarned(PrecheckedTask task, ReleaseException problem)
    {
        if (!task.StartsNothing || !MayComeLater.Contains(problem.Id, StringComparer.Ordinal))
            return false;
        observer.Report(new Warned(task.Name, $"it has the desired count 0, and is rolled out in spite of this: {problem.Message} {problem.RecommendedAction}"));
        return true;
    }
}
