using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>Puts ECS services back to what ran before, or to what is named, and proves that it runs.</summary>
public sealed class EcsUndo(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time, EcsRollouts rollouts)
{
    private readonly DeploymentRollback rollback = new(aws, observer, time);
    private readonly ConcurrentDictionary<(string Repository, string Tag), bool> tagsLeft = new();

    /// <summary>One plan for each service, in the order given. Reads only. What stands in a service's way is its plan's <see cref="UndoPlan.Problem"/>.</summary>
    /// <param name="services">The services, by name and cluster.</param>
    /// <param name="to">A task definition (<c>family:revision</c> or its ARN), a release tag, a digest or its beginning; null for what ran before.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="ReleaseException">A cluster is not there.</exception>
    public Task<IReadOnlyList<UndoPlan>> PlanAsync(IReadOnlyList<ReleaseService> services, string? to, CancellationToken cancellationToken) =>
        new UndoPlanner(aws, registry, observer, time).PlanAsync([.. services.Select(service => new UndoRequest(service, to))], cancellationToken);

    /// <summary>Rolls back what runs, deploys again what ran, waits for all together, and proves it.</summary>
    /// <returns>What became of each, in the order given. A service that cannot be put back is Failed, its error beside it; the others go on.</returns>
    public async Task<IReadOnlyList<RolloutResult>> UndoAsync(IReadOnlyList<UndoPlan> plans, RolloutOptions options, CancellationToken cancellationToken)
    {
        var deployed = plans.Where(plan => plan is { Problem: null, ServiceDeployment: null }).ToList();
        var deploying = rollouts.RolloutAsync([.. deployed.Select(plan => plan.Rollout!)], options, cancellationToken);
        var stopped = plans.Where(plan => plan is { Problem: null, ServiceDeployment: not null }).ToList();
        var stopping = StopAsync(stopped, options, cancellationToken);
        await Task.WhenAll(deploying, stopping);

        var results = new Dictionary<UndoPlan, RolloutResult>(ReferenceEqualityComparer.Instance);
        foreach (var (plan, result) in deployed.Zip(await deploying))
            results[plan] = result;
        foreach (var (plan, result) in stopped.Zip(await stopping))
            results[plan] = result;
        return [.. plans.Select(plan => plan.Problem is null ? results[plan] : new(plan.ToRollout(), plan.Problem))];
    }

    /// <summary>Undoes the rollouts that failed; the others' results are given back as they are.</summary>
    /// <param name="plans">The rollouts' plans.</param>
    /// <param name="results">What became of them.</param>
    /// <param name="options">How the rollbacks are watched.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <returns>
    /// RolledBack, with the failure's reason, for each that was put back; one that was not keeps the status of its failure, the rollback's error beside it.
    /// </returns>
    public async Task<IReadOnlyList<RolloutResult>> RollBackAsync(
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
            var undone = await UndoAsync(undos, options with { NoWait = false }, cancellationToken);
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

    private RolloutResult Joined(RolloutResult failed, RolloutResult undo, UndoPlan plan)
    {
        var (rollout, back) = (failed.Rollout, undo.Rollout);
        if (back.Status is not (RolloutStatus.Verified or RolloutStatus.Deployed))
            return NotUndone(failed, undo);

        // The failure stays; what it said of how things stood does not.
        var tagStays = plan.LeavesTag || plan.Rollout?.Image is null || plan.Rollout?.NamedTag is { } tag && tagsLeft.ContainsKey(tag);
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

    // Each is stopped by itself, and all are then followed by one watcher for each cluster.
    private async Task<IReadOnlyList<RolloutResult>> StopAsync(List<UndoPlan> plans, RolloutOptions options, CancellationToken cancellationToken)
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
        return [.. results.OfType<RolloutResult>()];

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
