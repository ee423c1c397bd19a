using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
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

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    // Ten looks a second at most, whatever the number of services: half of ECS's sustained rate for reads, as others read too.
    private static readonly TimeSpan PerCall = TimeSpan.FromSeconds(0.1);

    private readonly AwsSession aws;
    private readonly IReleaseObserver observer;
    private readonly TimeProvider time;
    private readonly string cluster;
    private readonly RolloutOptions options;
    private readonly ServiceReader reader;
    private readonly TaskLogs logs;
    private readonly List<WatchedService> open;
    private readonly List<(StartedRollout Started, RolloutResult Result)> done = [];
    private readonly Dictionary<string, IReadOnlyList<ContainerDefinition>> containers = new(StringComparer.Ordinal);

    public RolloutWatcher(AwsSession aws, IReleaseObserver observer, TimeProvider time, string cluster, IReadOnlyList<StartedRollout> started, RolloutOptions options)
    {
        this.aws = aws;
        this.observer = observer;
        this.time = time;
        this.cluster = cluster;
        this.options = options;
        reader = new ServiceReader(aws);
        logs = new TaskLogs(aws.Logs, observer);
        open = [.. started.Select(one => new WatchedService(one, options, time))];
    }

    /// <summary>Waits until every deployment has its verdict, or the time runs out.</summary>
    public async Task<IReadOnlyList<(StartedRollout Started, RolloutResult Result)>> WatchAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var calls = (open.Count + ServiceReader.ServicesPerCall - 1) / ServiceReader.ServicesPerCall;
        var shortest = TimeSpan.FromSeconds(Math.Clamp((calls * PerCall).TotalSeconds, 1, Longest.TotalSeconds));
        var pace = new PollPace(shortest, Longest);
        try
        {
            while (open.Count > 0)
            {
                TimeSpan wait;
                try
                {
                    wait = pace.After(await LookAsync(cancellationToken));
                }
                catch (AwsServiceException error) when (error.IsTransient())
                {
                    observer.Report(new Traced(cluster, $"{error.Operation} was not answered ({error.Code}); looking again."));
                    wait = pace.AfterNoAnswer();
                }

                var left = options.Timeout - time.GetElapsedTime(began);
                if (left <= TimeSpan.Zero)
                    GiveUp();
                if (open.Count > 0)
                    await Task.Delay(wait < left ? wait : left, time, cancellationToken);
            }
        }
        catch (AwsServiceException refused)
        {
            // Nothing more can be seen (a permission that is missing, credentials that expired); the deployments go on,
            // and what became of the others is known.
            foreach (var service in open.ToList())
                End(service, service.Record(RolloutStatus.Failed, $"It cannot be watched: {refused.Message} {RolloutText.GoesOn(service.Started.Rollout)}"), refused);
        }
        catch (OperationCanceledException)
        {
            // The wait ends, the deployments do not.
            foreach (var service in open)
                observer.Report(new Announced(service.Name, RolloutText.GoesOn(service.Started.Rollout)));
            throw;
        }

        return done;
    }

    private async Task<bool> LookAsync(CancellationToken cancellationToken)
    {
        var seen = await ServiceReader.DescribeAsync(aws.Ecs, cluster, [.. open.Select(service => service.Name)], cancellationToken);
        var moved = false;
        foreach (var service in open.ToList())
        {
            moved |= service.Look(seen.FirstOrDefault(one => ServiceReader.IsNamed(one, service.Name)), observer);
            if (service.TaskMayHaveStopped)
                await TakeInStoppedAsync(service, cancellationToken);
            moved |= await JudgeAsync(service, cancellationToken);
        }

        return moved;
    }

    private async Task<bool> JudgeAsync(WatchedService service, CancellationToken cancellationToken)
    {
        var verdict = service.Verdict();
        switch (verdict.Outcome)
        {
            case RolloutOutcome.Going:
                service.Proofs = 0;
                return false;
            case RolloutOutcome.Completed:
                await ProveAsync(service, cancellationToken);
                return true;
            case RolloutOutcome.Failed:
                return End(service, service.Record(RolloutStatus.Failed, verdict.Reason));
            case RolloutOutcome.RolledBack:
                return End(service, service.Record(RolloutStatus.RolledBack, verdict.Reason));
            case RolloutOutcome.Superseded:
                return End(service, service.Record(RolloutStatus.Superseded, verdict.Reason));
            default:
                throw new InvalidOperationException($"No such outcome: {verdict.Outcome}.");
        }
    }

    private async Task ProveAsync(WatchedService service, CancellationToken cancellationToken)
    {
        var plan = service.Started.Plan;
        var tasks = await reader.RunningTasksAsync(cluster, service.Name, cancellationToken);
        var proof = DigestProof.Of(tasks, plan.Container?.Name, plan.Image?.Digest, plan.AcceptedDigests, service.Seen!.DesiredCount, service.Started.DeploymentId);
        if (proof.IsFinal || ++service.Proofs >= ProofsBeforeMismatch)
            End(service, service.Record(proof.Status, proof.Reason) with { RunningDigests = proof.Digests, RunningCount = proof.Running });
    }

    private async Task TakeInStoppedAsync(WatchedService service, CancellationToken cancellationToken)
    {
        // By service, since startedBy "must be the only filter that you use" (API reference of ListTasks), and whether desiredStatus is one is not said.
        var request = new ListTasksRequest(cluster) { ServiceName = service.Name, DesiredStatus = "STOPPED" };
        var stopped = (await reader.TasksAsync(request, service.TasksKnown, cancellationToken)).Where(task => task.LastStatus == "STOPPED").ToList();
        var tasks = stopped.Where(task => task.StartedBy == service.Started.DeploymentId).OrderBy(task => task.StoppedAt).ToList();
        var stops = new List<TaskStop>();
        foreach (var task in tasks)
        {
            var stop = TaskStop.Of(task);
            if (stop.IsFault)
                stop = await WithLogAsync(service, task, stop, service.Stopped.Count + stops.Count, cancellationToken);
            stops.Add(stop);
        }

        service.TookIn(stopped, stops);
        foreach (var stop in stops.Where(stop => stop.IsFault))
            observer.Report(new TaskStopped(service.Name, stop.Task));
    }

    // The logs of the first few tell the story; hundreds of crashes would be hundreds of calls.
    private async Task<TaskStop> WithLogAsync(WatchedService service, EcsTask task, TaskStop stop, int before, CancellationToken cancellationToken)
    {
        if (before >= 2 * options.MaximumFailedTask || stop.Task.Container is null || task.TaskDefinitionArn is null)
            return stop;
        if (!containers.TryGetValue(task.TaskDefinitionArn, out var definitions))
        {
            definitions = (await aws.Ecs.DescribeTaskDefinitionAsync(new(task.TaskDefinitionArn), cancellationToken)).TaskDefinition?.ContainerDefinitions ?? [];
            containers[task.TaskDefinitionArn] = definitions;
        }

        var container = definitions.FirstOrDefault(one => one.Name == stop.Task.Container);
        return stop with { Task = stop.Task with { LogLines = await logs.LastLinesAsync(service.Name, container, stop.Task.TaskArn, cancellationToken) } };
    }

    private void GiveUp()
    {
        foreach (var service in open.ToList())
        {
            var said = service.LastSaid is { } last ? $" ECS said last: {last}" : "";
            End(service, service.Record(
                RolloutStatus.TimedOut,
                $"The wait of {options.Timeout} ran out with {service.Seen?.RunningCount ?? 0} of {service.Seen?.DesiredCount ?? 0} tasks running.{said} {RolloutText.GoesOn(service.Started.Rollout)}"));
        }
    }

    private bool End(WatchedService service, ServiceRollout rollout, AwsServiceException? error = null)
    {
        open.Remove(service);
        done.Add((service.Started, new(rollout, error)));
        return true;
    }
}
