using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Starts the deployments of a wave, several at once, and has each watched from its start on: AWS's rates let hundreds of
/// starts take minutes, and so does one whose answer is lost, while others crash.
/// </summary>
internal sealed class RolloutWave(AwsSession aws, IReleaseObserver observer, TimeProvider time, CallPace pace, RolloutRun run)
{
    /// <summary>Starts all, and waits for their ends where they are watched.</summary>
    /// <param name="plans">The plans.</param>
    /// <param name="atOnce">How many are started at once.</param>
    /// <param name="watches">Who watches what was started; null where nobody waits.</param>
    /// <param name="cancellationToken">Stops starting and waiting.</param>
    /// <returns>What became of each, in the order given.</returns>
    public async Task<IReadOnlyList<RolloutResult>> RunAsync(IReadOnlyList<RolloutPlan> plans, int atOnce, RolloutWatches? watches, CancellationToken cancellationToken)
    {
        var results = new RolloutResult[plans.Count];
        var started = new StartedRollout?[plans.Count];
        var mayHaveBegun = new bool[plans.Count];
        try
        {
            await InParallel.ForEachAsync(Enumerable.Range(0, plans.Count), atOnce, StartAsync, cancellationToken);
        }
        catch
        {
            await LeaveAsync(started, watches);
            throw;
        }
        finally
        {
            // Also after Ctrl-C: a tag that names what nobody deployed is what the next task to restart would run.
            run.Begun.AddRange(plans.Where((_, i) => mayHaveBegun[i]));
            await run.Tags.PutBackAsync(plans.Where((_, i) => !mayHaveBegun[i]), run.Begun);
        }

        if (watches is null)
            return results;
        var ended = await watches.EndAsync();
        return [.. results.Zip(started, (result, one) => one is null ? result : ended[one])];

        async Task StartAsync(int i, CancellationToken token)
        {
            var start = new DeploymentStart(aws, observer, time);
            try
            {
                started[i] = await BeginAsync(plans[i], start, token);
                results[i] = new(started[i]!.Rollout);
            }
            catch (ReleaseException error)
            {
                results[i] = NotStarted(plans[i], error);
                run.Hooks.Ended(plans[i], results[i]);
            }
            finally
            {
                mayHaveBegun[i] = started[i] is not null || start.MayHaveBegun;
                if (mayHaveBegun[i])
                    run.Hooks.Begun(plans[i]);
                watches?.Add(plans[i].Service.Cluster, started[i]);
            }
        }
    }

    /// <summary>What became of a plan that was not begun for an error.</summary>
    public static RolloutResult NotStarted(RolloutPlan plan, ReleaseException error) =>
        new(plan.ToRollout() with { Status = RolloutStatus.Failed, Reason = error.Message }, error);

    // The tag is moved first, so that the deployment picks it up: ECS resolves a tag once for each deployment
    // (versionConsistency). It is moved only here, so that a release that failed before leaves what a restarting task
    // would run as it was.
    private async Task<StartedRollout> BeginAsync(RolloutPlan plan, DeploymentStart start, CancellationToken cancellationToken)
    {
        if (plan.Problem is not null)
            throw plan.Problem;
        if (run.Joined.TryGetValue(plan, out var joined))
            return joined;
        var revision = plan.PinsDigest ? await run.Revisions.RegisterAsync(plan, cancellationToken) : null;

        // Before the tag moves: until the deployment begins, that names what nobody deployed.
        await pace.WaitForAsync("DescribeServices", cancellationToken);
        await pace.WaitForAsync("UpdateService", cancellationToken);
        await run.Tags.MoveAsync(plan, cancellationToken);
        return await start.StartAsync(plan, revision, cancellationToken);
    }

    // They go on at ECS, which whoever watches them says of those it watches.
    private Task LeaveAsync(IEnumerable<StartedRollout?> started, RolloutWatches? watches)
    {
        if (watches is not null)
            return watches.BreakOffAsync();
        foreach (var one in started.OfType<StartedRollout>())
            observer.Report(new LeftRunning(one.Rollout.Service, RolloutText.GoesOn(one.Rollout)));
        return Task.CompletedTask;
    }
}
