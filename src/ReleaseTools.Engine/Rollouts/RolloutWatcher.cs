using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Watches the deployments of one cluster's services together: a look is one DescribeServices for every ten of them.
/// Tasks are asked for only where counts or events say that something happened, and at the end for the proof.
/// </summary>
internal sealed class RolloutWatcher
{
    // A list of tasks may lag behind the service's counts, and a task's digest behind its start.
    private const int ProofsBeforeVerdict = 5;

    // Quick at first, when what is wrong shows. With the calls on top, a verdict is at most five seconds behind the deployment's end.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);

    private readonly AwsSession aws;
    private readonly IReleaseObserver observer;
    private readonly TimeProvider time;
    private readonly string cluster;
    private readonly RolloutOptions options;
    private readonly CallPace calls;
    private readonly ServiceTasks tasks;
    private readonly CrashLogs logs;
    private readonly List<WatchedService> open;
    private readonly List<(StartedRollout Started, Task<RolloutResult> Result)> done = [];
    private readonly Func<StartedRollout, RolloutResult, Task<RolloutResult>> finish;

    /// <param name="aws">The session.</param>
    /// <param name="observer">Who is told.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cluster">The cluster.</param>
    /// <param name="started">The deployments.</param>
    /// <param name="options">How they are watched.</param>
    /// <param name="calls">The pace that watchers share; its own when null.</param>
    /// <param name="finish">What is yet to be found out when a deployment has ended, before its end is told; the others are watched meanwhile.</param>
    public RolloutWatcher(
        AwsSession aws, IReleaseObserver observer, TimeProvider time, string cluster, IReadOnlyList<StartedRollout> started, RolloutOptions options, CallPace? calls = null,
        Func<StartedRollout, RolloutResult, Task<RolloutResult>>? finish = null)
    {
        this.aws = aws;
        this.observer = observer;
        this.time = time;
        this.cluster = cluster;
        this.options = options;
        this.calls = calls ?? new CallPace(time);
        this.finish = finish ?? ((_, result) => Task.FromResult(result));
        tasks = new ServiceTasks(aws.Ecs, cluster, this.calls);
        logs = new CrashLogs(aws, observer, options);
        open = [.. started.Select(one => new WatchedService(one, options, time))];
    }

    /// <summary>Waits until every deployment has its verdict, or the time runs out.</summary>
    public async Task<IReadOnlyList<(StartedRollout Started, RolloutResult Result)>> WatchAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var pace = new PollPace(Shortest, Longest);
        try
        {
            while (open.Count > 0)
            {
                var lookedAt = time.GetTimestamp();
                var wait = await LookAsync(cancellationToken) ? UntilHeld(pace.After(moved: false) - time.GetElapsedTime(lookedAt)) : pace.AfterNoAnswer();

                var left = options.Timeout - time.GetElapsedTime(began);
                if (left <= TimeSpan.Zero)
                    GiveUp();
                if (open.Count > 0)
                    await Task.Delay(TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, left.Ticks)), time, cancellationToken);
            }
        }
        catch (ReleaseException refused)
        {
            // Nothing more can be seen (a permission that is missing, credentials that expired or cannot be renewed); the
            // deployments go on, and what became of the others is known.
            foreach (var service in open.ToList())
                EndUnwatched(service, refused);
        }
        catch (OperationCanceledException)
        {
            // The wait ends, the deployments do not.
            foreach (var service in open)
                observer.Report(new LeftRunning(service.Name, RolloutText.GoesOn(service.Started.Rollout)));
            await Task.WhenAll(done.Select(Task (one) => one.Result)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        var results = new List<(StartedRollout, RolloutResult)>();
        foreach (var (started, result) in done)
            results.Add((started, await result));
        return results;
    }

    // A verdict that waits for one more look does not wait for its turn.
    private TimeSpan UntilHeld(TimeSpan wait) => open.Select(service => service.HeldFor).OfType<TimeSpan>().Append(wait).Min();

    // Ten after ten, those looked at moving to the end: after a round that AWS broke off, the next begins with those it missed.
    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        foreach (var ten in open.ToList().Chunk(ServiceReader.ServicesPerCall))
        {
            var isAnswered = await LookAsync(ten, cancellationToken);
            open.RemoveAll(ten.Contains);
            open.AddRange(ten.Where(service => !service.HasEnded));
            if (!isAnswered)
                return false;
        }

        return true;
    }

    private async Task<bool> LookAsync(IReadOnlyList<WatchedService> ten, CancellationToken cancellationToken)
    {
        IReadOnlyList<EcsService> seen = [];
        var isAnswered = await IsAnsweredAsync(async () =>
        {
            await calls.WaitForAsync("DescribeServices", cancellationToken);
            seen = await ServiceReader.DescribeAsync(aws.Ecs, cluster, [.. ten.Select(service => service.Name)], cancellationToken);
        });
        if (!isAnswered)
            return false;

        foreach (var service in ten)
            service.Look(seen.FirstOrDefault(one => ServiceReader.IsNamed(one, service.Name)), observer);

        foreach (var service in ten)
            await logs.ReadAgainAsync(service, cancellationToken);

        // What the service itself says is judged also when its tasks are not told.
        isAnswered = await IsAnsweredAsync(() => TakeInStoppedAsync([.. ten.Where(service => service.TaskMayHaveStopped)], cancellationToken));
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
        switch (verdict.Outcome)
        {
            case RolloutOutcome.Going:
                service.Proofs = 0;
                break;
            case RolloutOutcome.Failed or RolloutOutcome.RolledBack:
                EndOrHold(service, verdict);
                break;
            case RolloutOutcome.Superseded:
                End(service, service.Record(RolloutStatus.Superseded, verdict.Reason));
                break;
        }

        return verdict.Outcome == RolloutOutcome.Completed;
    }

    private async Task ProveAsync(IReadOnlyList<WatchedService> completed, CancellationToken cancellationToken)
    {
        var running = await tasks.RunningAsync(completed, EndUnwatched, cancellationToken);
        foreach (var service in completed.Where(service => !service.HasEnded))
        {
            var proof = Proof(service, [.. running[service]], service.Seen!.DesiredCount);
            var isLast = !proof.IsFinal && ++service.Proofs >= ProofsBeforeVerdict;
            if (isLast)
                proof = Proof(service, [.. running[service]], service.DesiredToProve);
            service.Unproven = proof.Status == RolloutStatus.InProgress ? proof : null;

            // Tasks that are missing are on their way, as ECS replaces what stopped, unless those that stop are the deployment's fault.
            if (service.Unproven is not null && service.VerdictOfStops() is { Outcome: RolloutOutcome.Failed } verdict)
                EndOrHold(service, verdict);
            else if (service.Unproven is null && (proof.IsFinal || isLast))
                EndBy(service, proof);
        }
    }

    private void EndBy(WatchedService service, DigestProof proof)
    {
        if (!proof.IsFinal && proof.Status == RolloutStatus.Deployed)
            observer.Report(new Warned(service.Name, proof.Reason));
        End(service, service.Record(proof.Status, proof.Reason) with { RunningDigests = proof.Digests, RunningCount = proof.Running });
    }

    // One that waits does so for the lines of what crashed last.
    private void EndOrHold(WatchedService service, RolloutVerdict verdict)
    {
        if (!service.Hold(verdict))
            EndBy(service, verdict);
    }

    private static DigestProof Proof(WatchedService service, IReadOnlyList<EcsTask> running, int desired)
    {
        var plan = service.Started.Plan;
        return DigestProof.Of(running, plan.ContainersOfImage, plan.Image?.Digest, plan.AcceptedDigests, desired, service.Started.DeploymentId);
    }

    private async Task TakeInStoppedAsync(IReadOnlyList<WatchedService> services, CancellationToken cancellationToken)
    {
        var stopping = await tasks.StoppedAsync(services, EndUnwatched, cancellationToken);
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

    private void GiveUp()
    {
        foreach (var service in open.ToList())
        {
            if (service.Held is { } verdict)
            {
                EndBy(service, verdict);
                continue;
            }

            var (status, why) = service.Stall is { } stall
                ? (RolloutStatus.Stalled, $"{RolloutText.Capital(stall.Words)}. ECS says: {stall.Said}")
                : (RolloutStatus.TimedOut, service.LastSaid is { } last ? $"ECS said last: {last}" : "");
            var counts = $"The wait of {Words.Duration(options.Timeout)} ran out with {service.Seen?.RunningCount ?? 0} of {service.Seen?.DesiredCount ?? 0} tasks running.";
            var parts = new[] { service.Unproven?.Reason ?? "", counts, why, RolloutText.GoesOn(service.Started.Rollout) };
            End(service, new RolloutResult(service.Record(status, string.Join(' ', parts.Where(text => text.Length > 0)))) { HasCompleted = service.Unproven is not null });
        }
    }

    private void EndUnwatched(WatchedService service, ReleaseException refused)
    {
        if (service.Held is { } verdict)
            EndBy(service, verdict);
        else
            End(service, new RolloutResult(service.Record(RolloutStatus.Failed, $"It cannot be watched: {refused.Message} {RolloutText.GoesOn(service.Started.Rollout)}"), refused));
    }

    private void EndBy(WatchedService service, RolloutVerdict verdict) =>
        End(service, new RolloutResult(service.Record(verdict.Outcome == RolloutOutcome.RolledBack ? RolloutStatus.RolledBack : RolloutStatus.Failed, verdict.Reason)) { SaidOfRollback = verdict.SaidOfRollback });

    private void End(WatchedService service, ServiceRollout rollout) => End(service, new RolloutResult(rollout));

    private void End(WatchedService service, RolloutResult result)
    {
        service.HasEnded = true;
        open.Remove(service);
        foreach (var stop in service.Stopped.Where(stop => stop.LogToCome is not null))
            observer.Report(new TaskStopped(service.Name, stop.Task)); // there is no next look
        done.Add((service.Started, FinishAsync(service, result)));
    }

    // Now, not when the last of the others has ended.
    private async Task<RolloutResult> FinishAsync(WatchedService service, RolloutResult result)
    {
        try
        {
            result = await finish(service.Started, result);
            return result;
        }
        finally
        {
            observer.Report(new RolloutEnded(service.Name, result.Rollout)); // also where a stop by the user left something unknown
        }
    }
}
