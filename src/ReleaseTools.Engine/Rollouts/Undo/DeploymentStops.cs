using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>
/// Stops deployments that run with ROLLBACK, their tags put back before, and follows what ECS puts in their place. One that ended
/// well before it could be stopped is followed by another that deploys what ran before.
/// </summary>
internal sealed class DeploymentStops(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time, EcsRollouts rollouts)
{
    private readonly DeploymentRollback rollback = new(aws, observer, time);
    private readonly ConcurrentDictionary<(string Repository, string Tag), bool> tagsLeft = new();

    /// <summary>Stops each by itself, follows all together, and confirms with ECS how each ended.</summary>
    /// <returns>What became of each, in the order given.</returns>
    public async Task<IReadOnlyList<RolloutResult>> StopAsync(List<UndoPlan> plans, RolloutOptions options, CancellationToken cancellationToken)
    {
        var started = new StartedRollout?[plans.Count];
        var results = new RolloutResult?[plans.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.ThrottleLimit, CancellationToken = cancellationToken };
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, plans.Count), parallel, async (i, token) => (started[i], results[i]) = await StopAsync(plans[i], token));
        }
        catch (OperationCanceledException)
        {
            foreach (var one in started.OfType<StartedRollout>())
                observer.Report(new LeftRunning(one.Rollout.Service, RolloutText.GoesOn(one.Rollout)));
            throw;
        }

        var again = DeployAgainAsync([.. Enumerable.Range(0, plans.Count).Where(i => results[i] is null)]);
        var begun = Enumerable.Range(0, plans.Count).Where(i => started[i] is not null && !options.NoWait).ToList();
        var followed = await rollouts.FollowAsync([.. begun.Select(i => started[i]!)], options, cancellationToken);
        await Task.WhenAll([again, .. begun.Zip(followed, async (i, result) => results[i] = await rollback.ConfirmAsync(plans[i], result, options.Timeout, cancellationToken))]);
        return [.. results.Zip(plans, (result, plan) => result! with { LeavesTag = plan.Rollout?.NamedTag is { } tag && tagsLeft.ContainsKey(tag) })];

        // What ended well before it could be stopped is put back like any deployment that has ended.
        async Task DeployAgainAsync(List<int> ended)
        {
            foreach (var (i, result) in ended.Zip(await rollouts.RolloutAsync([.. ended.Select(i => plans[i].Rollout!)], options, cancellationToken)))
                results[i] = result;
        }
    }

    // The tag first, as in a rollout: tasks of a service without version consistency resolve it when they start.
    // Neither is there where the deployment ended well before.
    private async Task<(StartedRollout? Started, RolloutResult? Result)> StopAsync(UndoPlan plan, CancellationToken cancellationToken)
    {
        var tags = new TagMoves(registry, observer);
        try
        {
            await MoveTagAsync(plan, tags, cancellationToken);
            if (await rollback.StartAsync(plan, cancellationToken) is { } started)
                return (started, new(started.Rollout));
            observer.Report(new Noted(plan.Service.Service, "Its deployment ended well before it could be stopped; what ran before is deployed again."));
            await tags.PutBackAsync([plan.Rollout!], []); // the new deployment moves it itself
            return (null, null);
        }
        catch (ReleaseException error)
        {
            // Only a stop that was refused leaves the deployment as it was, and the tag is its own again.
            if (error.Id == nameof(Messages.DeploymentNotStoppable) || error is AwsServiceException { Operation: "StopServiceDeployment" } refused && !refused.MayHaveBeenDone())
                await tags.PutBackAsync([plan.Rollout!], []);
            return (null, new(plan.ToRollout() with { Status = RolloutStatus.Failed, Reason = error.Message }, error));
        }
        catch (OperationCanceledException)
        {
            observer.Report(new Announced(plan.Service.Service, RolloutText.MayHaveBegun(plan.Service)));
            throw;
        }
    }

    // Nothing may stand in a rollback's way, and ECS keeps the digest of a revision without the tag.
    private async Task MoveTagAsync(UndoPlan plan, TagMoves tags, CancellationToken cancellationToken)
    {
        if (plan is not { LeavesTag: false, Rollout: { } back })
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
}
