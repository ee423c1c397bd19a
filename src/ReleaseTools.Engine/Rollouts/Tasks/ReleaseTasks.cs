using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Tasks;

/// <summary>Tasks that are run once from services' task definitions, such as migrations: planned, started, watched.</summary>
/// <param name="aws">The session.</param>
/// <param name="registry">The registry whose tags the task definitions name.</param>
/// <param name="observer">Who is told.</param>
/// <param name="time">The clock.</param>
/// <param name="newToken">Gives client tokens: at most 36 letters and digits, each once; random ones when null.</param>
public sealed class ReleaseTasks(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time, Func<string>? newToken = null)
{
    private readonly Func<string> newToken = newToken ?? (() => Guid.NewGuid().ToString("N"));

    /// <summary>One plan for each request, in the order given. Reads only. What stands in a task's way is its plan's <see cref="ReleaseTaskPlan.Problem"/>.</summary>
    /// <exception cref="ReleaseException">A cluster is not there.</exception>
    public Task<IReadOnlyList<ReleaseTaskPlan>> PlanAsync(IReadOnlyList<ReleaseTaskRequest> requests, CancellationToken cancellationToken) =>
        new ReleaseTaskPlanner(aws, registry, observer, time).PlanAsync(requests, cancellationToken);

    /// <summary>Starts the tasks, all at once, and waits for all of them together.</summary>
    /// <returns>What became of each, in the order given. One that cannot be run is Failed, its error beside it; the others go on.</returns>
    public Task<IReadOnlyList<ReleaseTaskResult>> RunAsync(IReadOnlyList<ReleaseTaskPlan> plans, ReleaseTaskOptions options, CancellationToken cancellationToken) =>
        RunAsync(plans, options, new PinnedRevisions(aws, observer, time), plan => plan.Service.PinDigest, cancellationToken);

    /// <inheritdoc cref="RunAsync(IReadOnlyList{ReleaseTaskPlan}, ReleaseTaskOptions, CancellationToken)"/>
    /// <param name="plans">The tasks.</param>
    /// <param name="options">How they are run.</param>
    /// <param name="pinned">The revisions of the rollout that the tasks come before.</param>
    /// <param name="keeps">Whether the revision of a task is to stay.</param>
    /// <param name="cancellationToken">Stops the wait; the tasks go on.</param>
    internal async Task<IReadOnlyList<ReleaseTaskResult>> RunAsync(
        IReadOnlyList<ReleaseTaskPlan> plans, ReleaseTaskOptions options, PinnedRevisions pinned, Func<ReleaseTaskPlan, bool> keeps, CancellationToken cancellationToken)
    {
        var revisions = new TaskRevisions(aws, pinned, keeps, observer);
        var results = new Dictionary<ReleaseTaskPlan, ReleaseTaskResult>(ReferenceEqualityComparer.Instance);
        var started = await StartAsync(plans, options.ThrottleLimit, revisions, results, cancellationToken);
        if (options.NoWait)
        {
            foreach (var task in started)
                results[task.Plan] = new(task.Task with { Reason = $"{task.Task.Reason} {TaskText.GoesOn(task)}" }) { HasEnded = false };
        }
        else
        {
            foreach (var (task, result) in await WatchAsync(started, options.Timeout, cancellationToken))
                results[task.Plan] = result;
        }

        await revisions.DeregisterAsync(plan => results[plan].HasEnded);
        return [.. plans.Select(plan => results[plan])];
    }

    private async Task<IReadOnlyList<StartedTask>> StartAsync(
        IReadOnlyList<ReleaseTaskPlan> plans, int throttleLimit, TaskRevisions revisions, Dictionary<ReleaseTaskPlan, ReleaseTaskResult> results, CancellationToken cancellationToken)
    {
        var started = new List<StartedTask>();
        var start = new TaskStart(aws, observer, time);
        try
        {
            await Parallel.ForEachAsync(plans, new ParallelOptions { MaxDegreeOfParallelism = throttleLimit, CancellationToken = cancellationToken }, async (plan, token) =>
            {
                try
                {
                    if (plan.Problem is not null)
                        throw plan.Problem;
                    var (revision, isTemporary) = await revisions.ForAsync(plan, token);
                    var task = await start.StartAsync(plan, revision, isTemporary, newToken(), token);
                    lock (started)
                        started.Add(task);
                }
                catch (ReleaseException error)
                {
                    lock (started)
                        results[plan] = new(plan.ToTask() with { Status = ReleaseTaskStatus.Failed, Reason = error.Message }, error) { HasEnded = error.Id != nameof(Messages.ReleaseTaskNotKnown) };
                }
            });
        }
        catch (OperationCanceledException)
        {
            foreach (var task in started)
                observer.Report(new LeftRunning(task.Plan.Service.Service, TaskText.GoesOn(task)));
            throw;
        }

        return started;
    }

    // One watcher for each cluster.
    private async Task<IEnumerable<KeyValuePair<StartedTask, ReleaseTaskResult>>> WatchAsync(IReadOnlyList<StartedTask> started, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var clusters = started.GroupBy(task => task.Plan.Service.Cluster, StringComparer.Ordinal)
            .Select(cluster => new TaskWatcher(aws, observer, time, cluster.Key, timeout).WatchAsync([.. cluster], cancellationToken));
        return (await Task.WhenAll(clusters)).SelectMany(ended => ended);
    }
}
