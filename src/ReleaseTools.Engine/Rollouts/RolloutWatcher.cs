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
    // A list of tasks may lag behind the service's counts.
    private const int ProofsBeforeMismatch = 5;

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
    private readonly List<(StartedRollout Started, RolloutResult Result)> done = [];

    public RolloutWatcher(
        AwsSession aws, IReleaseObserver observer, TimeProvider time, string cluster, IReadOnlyList<StartedRollout> started, RolloutOptions options, CallPace? calls = null)
    {
        this.aws = aws;
        this.observer = observer;
        this.time = time;
        this.cluster = cluster;
        this.options = options;
        this.calls = calls ?? new CallPace(time);
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
            throw;
        }

        return done;
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
            case RolloutOutcome.Failed or RolloutOutcome.RolledBack when service.Hold(verdict):
                break; // for the lines of what crashed last
            case RolloutOutcome.Failed or RolloutOutcome.RolledBack:
                EndBy(service, verdict);
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
            var isLast = !proof.IsFinal && ++service.Proofs >= ProofsBeforeMismatch;
            if (isLast)
                proof = Proof(service, [.. running[service]], service.DesiredToProve);
            if (proof.IsFinal || isLast)
                End(service, service.Record(proof.Status, proof.Reason) with { RunningDigests = proof.Digests, RunningCount = proof.Running });
        }
    }

    private static DigestProof Proof(WatchedService service, IReadOnlyList<EcsTask> running, int desired)
    {
        var plan = service.Started.Plan;
        return DigestProof.Of(running, plan.Container?.Name, plan.Image?.Digest, plan.AcceptedDigests, desired, service.Started.DeploymentId);
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
            End(service, service.Record(status, string.Join(' ', new[] { counts, why, RolloutText.GoesOn(service.Started.Rollout) }.Where(text => text.Length > 0))));
        }
    }

    private void EndUnwatched(WatchedService service, ReleaseException refused)
    {
        if (service.Held is { } verdict)
            EndBy(service, verdict);
        else
            End(service, service.Record(RolloutStatus.Failed, $"It cannot be watched: {refused.Message} {RolloutText.GoesOn(service.Started.Rollout)}"), refused);
    }

    private void EndBy(WatchedService service, RolloutVerdict verdict) =>
        End(service, service.Record(verdict.Outcome == RolloutOutcome.RolledBack ? RolloutStatus.RolledBack : RolloutStatus.Failed, verdict.Reason));

    private void End(WatchedService service, ServiceRollout rollout, ReleaseException? error = null)
    {
        service.HasEnded = true;
        open.Remove(service);
        done.Add((service.Started, new(rollout, error)));
        foreach (var stop in service.Stopped.Where(stop => stop.LogToCome is not null))
            observer.Report(new TaskStopped(service.Name, stop.Task)); // there is no next look
        observer.Report(new RolloutEnded(service.Name, rollout)); // now, not when the last of the others has ended
    }
}
