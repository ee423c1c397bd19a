using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// What a watcher remembers of one service between two looks: what it told already, which of the deployment's tasks
/// stopped, and whether a look showed anything that makes a closer one worth its calls.
/// </summary>
internal sealed class WatchedService(StartedRollout started, RolloutOptions options, TimeProvider time)
{
    private readonly HashSet<string> eventsTold = new(started.FormerEvents, StringComparer.Ordinal);
    private readonly List<TaskStop> stopped = [];
    private readonly HashSet<string> tasksKnown = new(StringComparer.Ordinal);
    private (string? State, int Desired, int Pending, int Running, int Failed)? counts;
    private long? failedSince;
    private int closerLooks;

    public StartedRollout Started => started;

    public string Name => started.Rollout.Service;

    /// <summary>The service at the last look.</summary>
    public EcsService? Seen { get; private set; }

    /// <summary>The deployment's tasks that stopped, oldest first.</summary>
    public IReadOnlyList<TaskStop> Stopped => stopped;

    /// <summary>The service's tasks whose stop is known, those of other deployments among them: none of them needs to be described again.</summary>
    public IReadOnlyCollection<string> TasksKnown => tasksKnown;

    /// <summary>Whether a task may have stopped since the stopped tasks were last listed.</summary>
    public bool TaskMayHaveStopped => closerLooks > 0;

    /// <summary>How often the proof was asked for since the deployment completed.</summary>
    public int Proofs { get; set; }

    /// <summary>The last thing ECS said, for a reason when the time runs out.</summary>
    public string? LastSaid { get; private set; }

    /// <summary>How long the rollout takes so far.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(started.StartedAt);

    private Deployment? Ours => Seen?.Deployments?.FirstOrDefault(deployment => deployment.Id == started.DeploymentId);

    /// <summary>Takes in a look and tells what is new.</summary>
    /// <returns>Whether anything moved.</returns>
    public bool Look(EcsService? service, IReleaseObserver observer)
    {
        Seen = service;
        var said = TellEvents(observer);
        var moved = TellCounts(observer);
        failedSince = Ours?.RolloutState == "FAILED" ? failedSince ?? time.GetTimestamp() : failedSince;
        return said || moved;
    }

    /// <summary>Takes in the service's tasks that stopped, and what is to be told of the deployment's own.</summary>
    public void TookIn(IReadOnlyList<EcsTask> tasks, IEnumerable<TaskStop> stops)
    {
        closerLooks--;
        foreach (var task in tasks)
            tasksKnown.Add(task.TaskArn ?? "");
        stopped.AddRange(stops);
    }

    /// <summary>Judges the deployment by what is known of it.</summary>
    public RolloutVerdict Verdict() => RolloutVerdict.Of(new()
    {
        DeploymentId = started.DeploymentId,
        Service = Seen,
        FormerDeployments = started.FormerDeployments,
        StoppedTasks = stopped,
        FailedFor = failedSince is { } since ? Max(time.GetElapsedTime(since), TimeSpan.FromTicks(1)) : TimeSpan.Zero,
        MaximumFailedTask = options.MaximumFailedTask,
    });

    /// <summary>The record, as things stand.</summary>
    public ServiceRollout Record(RolloutStatus status, string reason) => started.Rollout with
    {
        Status = status,
        Reason = reason,
        DesiredCount = Seen?.DesiredCount ?? started.Rollout.DesiredCount,
        RunningCount = Seen?.RunningCount ?? 0,
        StoppedTasks = [.. stopped.Where(task => task.IsFault).Select(task => task.Task)],
        Duration = Elapsed,
    };

    // Twice: the list of tasks may lag behind counts and events, and a task told to stop takes a while to.
    private void LookCloser() => closerLooks = 2;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    // ECS lists the newest first, and at most 100.
    private bool TellEvents(IReleaseObserver observer)
    {
        var any = false;
        foreach (var said in (Seen?.Events ?? []).Reverse())
        {
            if (said.Id is null || !eventsTold.Add(said.Id))
                continue;
            any = true;
            LastSaid = said.Message;
            observer.Report(new ServiceSaid(Name, said.CreatedAt ?? time.GetUtcNow(), said.Message ?? ""));
        }

        if (any)
            LookCloser();
        return any;
    }

    // A task that stopped shows as a failure counted, as fewer running, or as fewer pending that did not come to run.
    private bool TellCounts(IReleaseObserver observer)
    {
        if (Ours is not { } ours)
            return false;

        var now = (ours.RolloutState, ours.DesiredCount, ours.PendingCount, ours.RunningCount, ours.FailedTasks);
        if (counts == now)
            return false;
        if (ours.FailedTasks > 0 || (counts is { } before && (ours.RunningCount < before.Running || ours.PendingCount + ours.RunningCount < before.Pending + before.Running)))
            LookCloser();
        counts = now;
        observer.Report(new DeploymentProgress(
            Name, started.DeploymentId, ours.RolloutState ?? "IN_PROGRESS", ours.DesiredCount, ours.PendingCount, ours.RunningCount, ours.FailedTasks, Elapsed));
        return true;
    }
}
