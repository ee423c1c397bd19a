using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Tasks;

/// <summary>Watches the tasks of one cluster together: a look is one DescribeTasks for every hundred of them.</summary>
internal sealed class TaskWatcher(AwsSession aws, IReleaseObserver observer, TimeProvider time, string cluster, TimeSpan timeout)
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    // ECS is eventually consistent: a task that was started a moment ago may not be seen yet.
    private static readonly TimeSpan MissingFor = TimeSpan.FromMinutes(1);

    // A log driver sends what it has with some delay.
    private static readonly TimeSpan LogLag = TimeSpan.FromSeconds(2);

    private readonly TaskLogs logs = new(aws, observer);
    private readonly Dictionary<StartedTask, ReleaseTaskResult> done = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<StartedTask, (string Status, long At)> seen = new(ReferenceEqualityComparer.Instance);

    /// <summary>Waits until every task has ended, or its time has run out.</summary>
    public async Task<IReadOnlyDictionary<StartedTask, ReleaseTaskResult>> WatchAsync(IReadOnlyList<StartedTask> started, CancellationToken cancellationToken)
    {
        var open = started.ToList();
        var pace = new PollPace(Shortest, Longest);
        try
        {
            while (open.Count > 0)
            {
                var wait = await WaitAfterLookAsync(open, pace, cancellationToken);
                foreach (var task in open.Where(task => Left(task) <= TimeSpan.Zero && !done.ContainsKey(task)))
                    GiveUp(task);
                open.RemoveAll(done.ContainsKey);
                if (open.Count > 0)
                    await Task.Delay(WaitOf(wait, open.Min(Left)), time, cancellationToken);
            }
        }
        catch (ReleaseException refused)
        {
            // Nothing more can be seen (a permission that is missing, credentials that expired or cannot be renewed); the tasks
            // go on, and what became of the others is known.
            foreach (var task in open.Where(task => !done.ContainsKey(task)))
                End(task, task.Task with { Status = ReleaseTaskStatus.Failed, Reason = $"It cannot be watched: {refused.Message} {TaskText.GoesOn(task)}" }, refused, hasEnded: false);
        }
        catch (OperationCanceledException)
        {
            foreach (var task in open.Where(task => !done.ContainsKey(task)))
                observer.Report(new LeftRunning(task.Plan.Service.Service, TaskText.GoesOn(task)));
            throw;
        }

        return done;
    }

    private async Task<TimeSpan> WaitAfterLookAsync(IReadOnlyList<StartedTask> open, PollPace pace, CancellationToken cancellationToken)
    {
        try
        {
            return pace.After(await LookAsync(open, cancellationToken));
        }
        catch (AwsServiceException error) when (error.IsTransient())
        {
            observer.Report(new Traced(cluster, $"{error.Operation} was not answered ({error.Code}); looking again."));
            return pace.AfterNoAnswer();
        }
    }

    /// <summary>Whether anything moved.</summary>
    private async Task<bool> LookAsync(IReadOnlyList<StartedTask> open, CancellationToken cancellationToken)
    {
        var moved = false;
        var found = await new TaskPages(aws.Ecs).DescribeAsync(cluster, [.. open.Select(task => task.TaskArn)], cancellationToken);
        foreach (var task in open)
            moved |= await TakeInAsync(task, found.FirstOrDefault(one => one.TaskArn == task.TaskArn), cancellationToken);
        return moved;
    }

    private async Task<bool> TakeInAsync(StartedTask task, EcsTask? now, CancellationToken cancellationToken)
    {
        var last = seen.GetValueOrDefault(task, ("", task.StartedAt));
        if (now is null)
        {
            if (time.GetElapsedTime(last.Item2) >= MissingFor)
                End(task, task.Task with { Status = ReleaseTaskStatus.Failed, Reason = $"ECS does not know the task {task.TaskArn} any more; how it ended is not known." });
            return false;
        }

        var status = now.LastStatus ?? "";
        seen[task] = (status, time.GetTimestamp());
        if (TaskEnd.Of(now, task.Plan.Container!.Name!, task.Plan.Essential) is { } end)
            await EndAsync(task, end, cancellationToken);
        else
            observer.Report(new TaskProgress(task.Plan.Service.Service, task.TaskArn, status, time.GetElapsedTime(task.StartedAt)));
        return status != last.Item1;
    }

    private async Task EndAsync(StartedTask task, TaskEnd end, CancellationToken cancellationToken)
    {
        var took = time.GetElapsedTime(task.StartedAt);
        var stop = end.Stop.Task with { LogLines = await LogAsync(task, end, cancellationToken) };
        if (end.Status != ReleaseTaskStatus.Succeeded)
            observer.Report(new TaskStopped(task.Plan.Service.Service, stop));
        End(task, task.Task with
        {
            Status = end.Status,
            ExitCode = stop.Container == task.Plan.Container!.Name ? stop.ExitCode : null,
            StopCode = stop.StopCode,
            LogLines = stop.LogLines,
            Duration = took,
            Reason = end.Status == ReleaseTaskStatus.Succeeded ? $"{TaskText.Of(task.Plan.Command)} exited with 0." : end.Sentence,
        });
    }

    private async Task<IReadOnlyList<string>> LogAsync(StartedTask task, TaskEnd end, CancellationToken cancellationToken)
    {
        var service = task.Plan.Service.Service;
        if (logs.StreamOf(service, task.Plan.Container, task.TaskArn) is not { } log)
            return [];
        var lines = await logs.LastLinesAsync(service, log, cancellationToken);
        if (lines.Count > 0 || end.Stop.Task.ExitCode is null or 0)
            return lines;
        await Task.Delay(LogLag, time, cancellationToken);
        return await logs.LastLinesAsync(service, log, cancellationToken);
    }

    // What was left a moment ago may not be any more.
    private static TimeSpan WaitOf(TimeSpan wait, TimeSpan left) => TimeSpan.FromTicks(Math.Max(0, Math.Min(wait.Ticks, left.Ticks)));

    private TimeSpan Left(StartedTask task) => (task.Plan.Timeout ?? timeout) - time.GetElapsedTime(task.StartedAt);

    private void GiveUp(StartedTask task)
    {
        var status = seen.TryGetValue(task, out var last) ? last.Status : "not seen yet";
        var reason = $"The wait of {Words.Duration(task.Plan.Timeout ?? timeout)} ran out; the task is {status}. {TaskText.GoesOn(task)}";
        End(task, task.Task with { Status = ReleaseTaskStatus.TimedOut, Duration = time.GetElapsedTime(task.StartedAt), Reason = reason }, hasEnded: false);
    }

    private void End(StartedTask task, ReleaseTask record, ReleaseException? refused = null, bool hasEnded = true) =>
        done[task] = new(record, hasEnded ? ErrorOf(record) : NotOver(record, refused)) { HasEnded = hasEnded };

    private static ReleaseException? ErrorOf(ReleaseTask task) => task.Status == ReleaseTaskStatus.Succeeded ? null : ReleaseException.For(
        nameof(Messages.ReleaseTaskFailed), ErrorKind.Failed, task.Service,
        task.Service, task.Status, task.Reason, string.Concat(task.LogLines.Select(line => $"{Environment.NewLine}  {line}")), task.Cluster, ServiceReader.ShortName(task.TaskArn));

    // What still runs must not be advised to be run again: two migrations at once.
    private static ReleaseException NotOver(ReleaseTask task, ReleaseException? refused)
    {
        object?[] said = [task.Service, task.Reason, task.Cluster, ServiceReader.ShortName(task.TaskArn)];
        return refused is null
            ? ReleaseException.For(nameof(Messages.ReleaseTaskNotOver), ErrorKind.Timeout, task.Service, said)
            : ReleaseException.Wrap(refused, nameof(Messages.ReleaseTaskNotOver), refused.Kind, task.Service, said);
    }
}
