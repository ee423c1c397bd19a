using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Looks at the services of a cluster and judges each: a look is one DescribeServices for every ten of them, several at once.
/// Tasks are asked for only where counts or events say that something happened, and at the end for the proof.
/// </summary>
internal sealed class RolloutLooks(AwsSession aws, IReleaseObserver observer, string cluster, CallPace calls, CrashLogs logs, RolloutEnds ends)
{
    // Enough for as many a second as the pace allows, at half a second each. No more, for who starts deployments meanwhile waits
    // for their turn behind these.
    private const int MostAtOnce = 8;

    // A list of tasks may lag behind the service's counts, and a task's digest behind its start.
    private const int ProofsBeforeVerdict = 5;

    private readonly ServiceTasks tasks = new(aws.Ecs, cluster, calls);

    /// <summary>Looks at all, ten by ten in their order, and ends those that have come to their end.</summary>
    /// <returns>Whether AWS answered. Where it did not, what was not yet asked is not asked.</returns>
    public async Task<bool> LookAsync(IReadOnlyList<WatchedService> services, CancellationToken cancellationToken)
    {
        var isAnswered = true;
        var closer = new ConcurrentQueue<Task<bool>>();
        try
        {
            await InParallel.ForEachAsync(services.Chunk(ServiceReader.ServicesPerCall), MostAtOnce, LookInTurnAsync, cancellationToken);
        }
        finally
        {
            isAnswered &= Array.TrueForAll(await Task.WhenAll(closer), each => each);
        }

        return isAnswered;

        // What else ten of them take does not keep the others from being seen.
        async Task LookInTurnAsync(WatchedService[] ten, CancellationToken token)
        {
            if (!isAnswered)
                return;
            if (await SeeAsync(ten, token) is { } seen)
                closer.Enqueue(LookAsync(ten, seen, cancellationToken));
            else
                isAnswered = false;
        }
    }

    private async Task<IReadOnlyList<EcsService>?> SeeAsync(IReadOnlyList<WatchedService> ten, CancellationToken cancellationToken)
    {
        IReadOnlyList<EcsService> seen = [];
        var isAnswered = await IsAnsweredAsync(async () =>
        {
            await calls.WaitForAsync("DescribeServices", cancellationToken);
            seen = await ServiceReader.DescribeAsync(aws.Ecs, cluster, [.. ten.Select(service => service.Name)], cancellationToken);
        });
        return isAnswered ? seen : null;
    }

    private async Task<bool> LookAsync(IReadOnlyList<WatchedService> ten, IReadOnlyList<EcsService> seen, CancellationToken cancellationToken)
    {
        foreach (var service in ten)
            service.Look(seen.FirstOrDefault(one => ServiceReader.IsNamed(one, service.Name)), observer);

        foreach (var service in ten)
            await logs.ReadAgainAsync(service, cancellationToken);

        // What the service itself says is judged also when its tasks are not told.
        var isAnswered = await IsAnsweredAsync(() => TakeInStoppedAsync([.. ten.Where(service => service.TaskMayHaveStopped)], cancellationToken));
        return await IsAnsweredAsync(() => ProveAsync([.. ten.Where(service => !service.HasEnded && IsCompleted(service))], cancellationToken)) && isAnswered;
    }

    // Whether AWS answered; what looking again will not change is thrown.
    private async Task<bool> IsAnsweredAsync(Func<Task> read)
    {
        try
        {
            await read();
            return true;
        }
        catch (AwsServiceException error) when (error.IsTransient())
        {
            observer.Report(new Traced(cluster, $"{error.Operation} was not answered ({error.Code}); looking again."));
            return false;
        }
    }

    // Ends what is to end by its verdict, and leaves what is to be proven.
    private bool IsCompleted(WatchedService service)
    {
        var verdict = service.Verdict();
        if (verdict.Outcome == RolloutOutcome.Going)
            service.Proofs = 0;
        else if (verdict.Outcome != RolloutOutcome.Completed)
            ends.EndBy(service, verdict);
        return verdict.Outcome == RolloutOutcome.Completed;
    }

    private async Task ProveAsync(IReadOnlyList<WatchedService> completed, CancellationToken cancellationToken)
    {
        var running = await tasks.RunningAsync(completed, ends.EndUnwatched, cancellationToken);
        foreach (var service in completed.Where(service => !service.HasEnded))
        {
            var proof = Proof(service, [.. running[service]], service.Seen!.DesiredCount);
            var isLast = !proof.IsFinal && ++service.Proofs >= ProofsBeforeVerdict;
            if (isLast)
                proof = Proof(service, [.. running[service]], service.DesiredToProve);
            service.Unproven = proof.Status == RolloutStatus.InProgress ? proof : null;

            // Tasks that are missing are on their way, as ECS replaces what stopped, unless those that stop are the deployment's fault.
            if (service.Unproven is not null && service.VerdictOfStops() is { Outcome: RolloutOutcome.Failed } verdict)
                ends.EndBy(service, verdict);
            else if (service.Unproven is null && (proof.IsFinal || isLast))
                ends.EndBy(service, proof);
        }
    }

    private static DigestProof Proof(WatchedService service, IReadOnlyList<EcsTask> running, int desired)
    {
        var plan = service.Started.Plan;
        return DigestProof.Of(running, plan.ContainersOfImage, plan.Image?.Digest, plan.AcceptedDigests, desired, service.Started.DeploymentId);
    }

    private async Task TakeInStoppedAsync(IReadOnlyList<WatchedService> services, CancellationToken cancellationToken)
    {
        var stopping = await tasks.StoppedAsync(services, ends.EndUnwatched, cancellationToken);
        foreach (var service in services.Where(service => !service.HasEnded))
        {
            var told = stopping[service].Where(TaskStop.IsTold).ToList();
            var stops = new List<TaskStop>();
            foreach (var task in told.Where(task => task.StartedBy == service.Started.DeploymentId).OrderBy(task => task.StoppedAt ?? DateTimeOffset.MaxValue))
            {
                var stop = TaskStop.Of(task);
                if (stop.IsFault)
                    stop = await logs.WithLogAsync(service.Name, task, stop, service.Stopped.Count + stops.Count, cancellationToken);
                stops.Add(stop);
            }

            service.TookIn(told, stops, moreToCome: stopping[service].Any(task => task.StartedBy == service.Started.DeploymentId && !TaskStop.IsTold(task)));
            foreach (var stop in stops.Where(stop => stop is { IsFault: true, LogToCome: null }))
                observer.Report(new TaskStopped(service.Name, stop.Task));
        }
    }
}
