using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>
/// Stops deployments that run with ROLLBACK, their tags put back before, and follows what ECS puts in their place; a rollback that
/// ECS began by itself is followed likewise. One that ended well before it could be stopped is followed by another that deploys
/// what ran before.
/// </summary>
internal sealed class DeploymentStops(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time, EcsRollouts rollouts)
{
    private readonly ConcurrentDictionary<(string Repository, string Tag), bool> tagsLeft = new();

    /// <summary>Stops each by itself, follows all together, and confirms with ECS how each ended.</summary>
    /// <returns>What became of each, in the order given.</returns>
    public async Task<IReadOnlyList<RolloutResult>> StopAsync(IReadOnlyList<UndoPlan> plans, RolloutOptions options, CancellationToken cancellationToken)
    {
        var started = new StartedRollout?[plans.Count];
        var results = new RolloutResult?[plans.Count];
        var reached = new bool[plans.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.ThrottleLimit, CancellationToken = cancellationToken };
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, plans.Count), parallel, async (i, token) =>
            {
                reached[i] = true;
                (started[i], results[i]) = await StopAsync(plans[i], token);
            });
        }
        catch (OperationCanceledException)
        {
            foreach (var one in started.OfType<StartedRollout>())
                observer.Report(new LeftRunning(one.Rollout.Service, RolloutText.GoesOn(one.Rollout)));
            foreach (var plan in plans.Where((_, i) => !reached[i]))
                observer.Report(new Announced(plan.Service.Service, RolloutText.NotStopped(plan.Service)));
            throw;
        }

        var again = DeployAgainAsync([.. Enumerable.Range(0, plans.Count).Where(i => results[i] is null)]);
        var begun = Enumerable.Range(0, plans.Count).Where(i => started[i] is not null && !options.NoWait).ToList();
        var followed = await rollouts.FollowAsync([.. begun.Select(i => started[i]!)], options, cancellationToken);
        var rollback = new DeploymentRollback(aws, observer, time);
        await Task.WhenAll([again, .. begun.Zip(followed, async (i, result) => results[i] = await rollback.ConfirmAsync(plans[i], result, options.Timeout, cancellationToken))]);
        return [.. results.Zip(plans, (result, plan) => result! with { LeavesTag = plan.Rollout?.NamedTag is { } tag && tagsLeft.ContainsKey(tag) })];

        // What ended well before it could be stopped is put back like any deployment that has ended.
        async Task DeployAgainAsync(List<int> ended)
        {
            var planned = new List<(int Index, RolloutPlan Plan)>();
            foreach (var i in ended)
            {
                var (plan, error) = await PlanAgainAsync(plans[i], cancellationToken);
                if (plan is null)
                    results[i] = NotStopped(plans[i], error!);
                else
                    planned.Add((i, plan));
            }

            foreach (var ((i, _), result) in planned.Zip(await new Redeployments(observer, rollouts).RunAsync([.. planned.Select(one => one.Plan)], options, cancellationToken)))
                results[i] = result;
        }
    }

    // The tag first, as in a rollout: tasks of a service without version consistency resolve it when they start.
    // Neither is there where the deployment ended well before.
    private async Task<(StartedRollout? Started, RolloutResult? Result)> StopAsync(UndoPlan plan, CancellationToken cancellationToken)
    {
        var tags = new TagMoves(registry, observer);
        var rollback = new DeploymentRollback(aws, observer, time);
        try
        {
            await MoveTagAsync(plan, tags, cancellationToken);
            if (await rollback.StartAsync(plan, cancellationToken) is { } started)
            {
                await SetCountAsync(plan);
                return (started, new(started.Rollout));
            }

            observer.Report(new Noted(plan.Service.Service, "Its deployment ended well before it could be stopped; what ran before is deployed again."));
            await tags.PutBackAsync([plan.Rollout!], []); // the new deployment moves it itself
            return (null, null);
        }
        catch (ReleaseException error)
        {
            // Only a stop that was refused leaves the deployment as it was, and the tag is its own again.
            if (DeploymentRollback.IsRefusal(error))
                await tags.PutBackAsync([plan.Rollout!], []);
            return (null, NotStopped(plan, error));
        }
        catch (OperationCanceledException)
        {
            var mayGoOn = plan.IsRollingBack || rollback.WasSent;
            if (!mayGoOn)
                await tags.PutBackAsync([plan.Rollout!], []);
            observer.Report(new Announced(plan.Service.Service, mayGoOn ? RolloutText.RollbackMayGoOn(plan.ToRollout()) : RolloutText.NotStopped(plan.Service)));
            throw;
        }
    }

    private static RolloutResult NotStopped(UndoPlan plan, ReleaseException error) => new(plan.ToRollout() with { Status = RolloutStatus.Failed, Reason = error.Message }, error);

    // ECS would have put an inactive revision back; UpdateService does not deploy one.
    private async Task<(RolloutPlan? Plan, ReleaseException? Error)> PlanAgainAsync(UndoPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Source is not var (observed, target))
            return (plan.Rollout, null);
        try
        {
            var again = await new UndoRollouts(aws, registry).PlanAsync(observed, target with { IsPutBackByEcs = false }, cancellationToken);
            return (again with { DesiredCount = plan.Rollout?.DesiredCount }, null);
        }
        catch (ReleaseException error)
        {
            return (null, error);
        }
    }

    // Nothing may stand in a rollback's way, and ECS keeps the digest of a revision without the tag.
    private async Task MoveTagAsync(UndoPlan plan, TagMoves tags, CancellationToken cancellationToken)
    {
        if (plan is not { TagStays: null, Rollout: { } back })
            return;
        try
        {
            await tags.MoveAsync(back, cancellationToken);
        }
        catch (ReleaseException error)
        {
            if (back.NamedTag is { } left)
                tagsLeft[left] = true;
            observer.Report(new Warned(plan.Service.Service, $"The tag {back.NamedTag?.Tag} of {back.NamedTag?.Repository} was left where it is: it could not be put back on {back.Image?.Digest}: {error.Message} "
                + "The deployment is stopped all the same; put the tag back before the next one."));
        }
    }

    // As soon as the rollback has begun: a worker that was off needs no task of what ran before. Not with the user's token: one
    // call is all that is left to do.
    private async Task SetCountAsync(UndoPlan plan)
    {
        if (plan.Rollout?.DesiredCount is not { } count)
            return;
        var (service, cluster) = (plan.Service.Service, plan.Service.Cluster);
        try
        {
            await aws.Ecs.UpdateServiceAsync(new(cluster, service) { DesiredCount = count }, CancellationToken.None);
            observer.Report(new Noted(service, $"Set the desired count back to {count}."));
        }
        catch (ReleaseException error)
        {
            observer.Report(new Warned(service, $"The desired count could not be set back to {count}: {error.Message} To set it: aws ecs update-service --cluster {cluster} --service {service} --desired-count {count}"));
        }
    }
}
