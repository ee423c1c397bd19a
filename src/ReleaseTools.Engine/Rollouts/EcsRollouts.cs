using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Tasks;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>New deployments of ECS services: planned, started, watched, proven.</summary>
/// <param name="aws">The session.</param>
/// <param name="registry">The registry whose tags the task definitions name.</param>
/// <param name="observer">Who is told.</param>
/// <param name="time">The clock.</param>
/// <param name="urlHandler">Answers the services' verify URLs; the network when null.</param>
public sealed class EcsRollouts(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time, HttpMessageHandler? urlHandler = null)
{
    private readonly CallPace pace = new(time);
    private readonly Lazy<HttpMessageHandler> http = new(() => urlHandler ?? UrlCheck.CreateHandler());

    /// <summary>
    /// One plan for each service, in the order given. Reads only. What stands in a service's way is its plan's
    /// <see cref="RolloutPlan.Problem"/>, so that the others can be planned too.
    /// </summary>
    /// <param name="services">The services, by name and cluster.</param>
    /// <param name="imageByService">The image each service is to run; a service without one deploys again what its task definition names.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="ReleaseException">A cluster is not there.</exception>
    public Task<IReadOnlyList<RolloutPlan>> PlanAsync(
        IReadOnlyList<ReleaseService> services, IReadOnlyDictionary<string, EcrImage> imageByService, CancellationToken cancellationToken) =>
        PlanAsync(services, imageByService, desiredCount: null, cancellationToken);

    /// <summary>The same, with a desired count that the deployments set; null to leave it as it is.</summary>
    /// <inheritdoc cref="PlanAsync(IReadOnlyList{ReleaseService}, IReadOnlyDictionary{string, EcrImage}, CancellationToken)"/>
    public async Task<IReadOnlyList<RolloutPlan>> PlanAsync(
        IReadOnlyList<ReleaseService> services, IReadOnlyDictionary<string, EcrImage> imageByService, int? desiredCount, CancellationToken cancellationToken)
    {
        var plans = await new RolloutPlanner(aws, registry, observer, time).PlanAsync(services, imageByService, desiredCount, cancellationToken);
        return await new BeforeRolloutPlanner(aws).WithTasksAsync(plans, cancellationToken);
    }

    /// <summary>
    /// Starts the deployments, waits for all of them together, and proves what runs; wave by wave where services come after
    /// others. The tasks that come before a wave's deployments are run first, and waited for. Without waiting, only the last
    /// wave's deployments are not waited for.
    /// </summary>
    /// <returns>
    /// What became of each, in the order given. A service that cannot be rolled out is Failed, its error beside it, and so are
    /// those that come after it; the others go on.
    /// </returns>
    public Task<IReadOnlyList<RolloutResult>> RolloutAsync(IReadOnlyList<RolloutPlan> plans, RolloutOptions options, CancellationToken cancellationToken) =>
        RolloutAsync(plans, options, new(), cancellationToken);

    /// <summary>The same, for whoever acts on single rollouts while others go on.</summary>
    /// <inheritdoc cref="RolloutAsync(IReadOnlyList{RolloutPlan}, RolloutOptions, CancellationToken)"/>
    internal async Task<IReadOnlyList<RolloutResult>> RolloutAsync(IReadOnlyList<RolloutPlan> plans, RolloutOptions options, RolloutHooks hooks, CancellationToken cancellationToken)
    {
        var run = new RolloutRun(new TagMoves(registry, observer), new PinnedRevisions(aws, observer, time, pace), [], new(ReferenceEqualityComparer.Instance), hooks);
        var before = new BeforeRollouts(new ReleaseTasks(aws, registry, observer, time), run.Revisions, plans);
        var ended = new Dictionary<RolloutPlan, RolloutResult>(ReferenceEqualityComparer.Instance);
        var waves = RolloutWaves.Of(plans);
        foreach (var wave in waves)
        {
            var ready = new List<RolloutPlan>();
            foreach (var (plan, hindered) in wave.Select(plan => (plan, RolloutWaves.Hindered(plan, ended))).ToList())
            {
                if (hindered is null)
                    ready.Add(plan);
                else
                    End(plan, hindered);
            }

            await JoinAsync(ready, run, End, cancellationToken);
            ready.RemoveAll(ended.ContainsKey);
            var tasks = await before.RunAsync(ready.Where(plan => !run.Joined.ContainsKey(plan)), options, cancellationToken);
            foreach (var (plan, task) in tasks.Where(one => one.Value.Error is not null))
                End(plan, BeforeRollouts.NotBegun(plan, task));
            ready.RemoveAll(ended.ContainsKey);

            var how = options with { NoWait = options.NoWait && ReferenceEquals(wave, waves[^1]) };
            foreach (var (plan, result) in ready.Zip(await RolloutWaveAsync(ready, how, run, cancellationToken)))
                End(plan, BeforeRollouts.Told(result, tasks.GetValueOrDefault(plan)));
        }

        return [.. plans.Select(plan => ended[plan])];

        void End(RolloutPlan plan, RolloutResult result)
        {
            ended[plan] = result;
            hooks.Ended(plan, result);
        }
    }

    // Settled before the wave's tasks run: a deployment that is gone, or came to its end, since the plan is replaced by a new
    // one, and that has its task.
    private async Task JoinAsync(IReadOnlyList<RolloutPlan> wave, RolloutRun run, Action<RolloutPlan, RolloutResult> end, CancellationToken cancellationToken)
    {
        var start = new DeploymentStart(aws, observer, time);
        var joining = wave.Where(plan => plan is { Problem: null, Joins: not null });
        foreach (var cluster in joining.GroupBy(plan => plan.Service.Cluster, StringComparer.Ordinal))
        {
            try
            {
                var found = await ServiceReader.DescribeAsync(aws.Ecs, cluster.Key, [.. cluster.Select(plan => plan.Service.Service)], cancellationToken);
                foreach (var plan in cluster)
                {
                    if (start.Join(plan, found.FirstOrDefault(one => ServiceReader.IsNamed(one, plan.Service.Service))) is { } joined)
                        run.Joined[plan] = joined;
                }
            }
            catch (ReleaseException error)
            {
                foreach (var plan in cluster)
                    end(plan, RolloutWave.NotStarted(plan, error));
            }
        }
    }

    private async Task<IReadOnlyList<RolloutResult>> RolloutWaveAsync(List<RolloutPlan> plans, RolloutOptions options, RolloutRun run, CancellationToken cancellationToken)
    {
        using var watches = options.NoWait
            ? null
            : new RolloutWatches(plans.Select(plan => plan.Service.Cluster), cluster => Watcher(cluster, options, FinishAsync), cancellationToken);
        return await new RolloutWave(aws, observer, time, pace, run).RunAsync(plans, options.ThrottleLimit, watches, cancellationToken);

        // What is told of a rollout's end is all of it: whether its URL answers, and then where its tag is.
        async Task<RolloutResult> FinishAsync(StartedRollout one, RolloutResult result)
        {
            result = WithTag(await CheckUrlAsync(result, one.Plan.Service.Verify, cancellationToken), one.Plan, run.Tags);
            run.Hooks.Ended(one.Plan, result);
            return result;
        }
    }

    /// <summary>Waits for deployments that run, and proves what runs then.</summary>
    internal Task<IReadOnlyList<RolloutResult>> FollowAsync(IReadOnlyList<StartedRollout> started, RolloutOptions options, CancellationToken cancellationToken) =>
        FollowAsync(started, options, (_, result) => result, cancellationToken);

    /// <summary>The same, with what each end means to whoever waits, before it is told.</summary>
    internal async Task<IReadOnlyList<RolloutResult>> FollowAsync(
        IReadOnlyList<StartedRollout> started, RolloutOptions options, Func<StartedRollout, RolloutResult, RolloutResult> meaning, CancellationToken cancellationToken)
    {
        var clusters = started.GroupBy(one => one.Rollout.Cluster, StringComparer.Ordinal)
            .Select(cluster => Watcher(cluster.Key, options, FinishAsync).WatchAsync([.. cluster], cancellationToken));
        var ended = (await Task.WhenAll(clusters)).SelectMany(of => of).ToDictionary(ReferenceEqualityComparer.Instance);
        return [.. started.Select(one => ended[one])];

        async Task<RolloutResult> FinishAsync(StartedRollout one, RolloutResult result) => meaning(one, await CheckUrlAsync(result, one.Plan.Service.Verify, cancellationToken));
    }

    private RolloutWatcher Watcher(string cluster, RolloutOptions options, Func<StartedRollout, RolloutResult, Task<RolloutResult>> finish) =>
        new(aws, observer, time, cluster, options, pace, finish);

    // A service at zero tasks has nobody to answer.
    private async Task<RolloutResult> CheckUrlAsync(RolloutResult result, UrlVerification? wanted, CancellationToken cancellationToken) =>
        wanted is not null && result.Rollout is { Status: RolloutStatus.Verified or RolloutStatus.Deployed, RunningCount: > 0 }
            ? result with { Rollout = await new UrlCheck(http.Value, observer, time).CheckAsync(result.Rollout, wanted, cancellationToken) }
            : result;

    // What a restarting task would run after a deployment that did not come to its end.
    private static RolloutResult WithTag(RolloutResult result, RolloutPlan plan, TagMoves tags) =>
        result.Rollout.Status is RolloutStatus.Failed or RolloutStatus.RolledBack or RolloutStatus.Stalled or RolloutStatus.TimedOut
            ? result with { Rollout = result.Rollout with { Reason = result.Rollout.Reason + tags.Sentence(plan) }, SaidOfTag = tags.Sentence(plan) }
            : result;
}
