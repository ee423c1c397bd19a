using System.Globalization;
using System.Text.RegularExpressions;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// What a watcher remembers of one service between two looks: what it told already, which of the deployment's tasks
/// stopped, and whether a look showed anything that makes a closer one worth its calls.
/// </summary>
internal sealed partial class WatchedService(StartedRollout started, RolloutOptions options, TimeProvider time)
{
    private static readonly string[] RoutineEvents =
        [" has stopped ", " registered ", " deregistered ", " has begun draining connections ", " deployment completed", " has reached a steady state", " rolling back to "];

    private readonly HashSet<string> eventsTold = new(started.FormerEvents, StringComparer.Ordinal);
    private readonly List<TaskStop> stopped = [];
    private readonly HashSet<string> tasksKnown = new(StringComparer.Ordinal);
    private (string? State, int Desired, int Pending, int Running, int Failed)? counts;
    private long? failedSince;
    private int closerLooks;
    private int tasksStarted;

    public StartedRollout Started => started;

    public string Name => started.Rollout.Service;

    /// <summary>The service at the last look.</summary>
    public EcsService? Seen { get; private set; }

    /// <summary>The deployment's tasks that stopped, oldest first.</summary>
    public IReadOnlyList<TaskStop> Stopped => stopped;

    /// <summary>Whether a task's stop is known, be it of another deployment: it needs not be described again.</summary>
    public bool IsKnown(string taskArn) => tasksKnown.Contains(taskArn);

    /// <summary>Whether a task may have stopped since the stopped tasks were last listed.</summary>
    public bool TaskMayHaveStopped => closerLooks > 0;

    /// <summary>Whether it has its verdict.</summary>
    public bool HasEnded { get; set; }

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
    /// <param name="tasks">All of them whose stop is told.</param>
    /// <param name="stops">Those of the deployment.</param>
    /// <param name="moreToCome">Whether another one of the deployment is about to stop.</param>
    public void TookIn(IReadOnlyList<EcsTask> tasks, IEnumerable<TaskStop> stops, bool moreToCome)
    {
        closerLooks = Math.Max(closerLooks - 1, moreToCome ? 1 : 0);
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
        FormerEvents = started.FormerEvents,
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
            if (!IsRoutine(said.Message ?? ""))
                LookCloser();
            observer.Report(new ServiceSaid(Name, said.CreatedAt ?? time.GetUtcNow(), said.Message ?? ""));
        }

        return any;
    }

    // What ECS says when all goes well is no reason to list tasks; more tasks started than are wanted is: some did not live.
    private bool IsRoutine(string said)
    {
        if (HasStarted().Match(said) is { Success: true } match)
        {
            tasksStarted += int.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture);
            return tasksStarted <= (Seen?.DesiredCount ?? 0);
        }

        return Array.Exists(RoutineEvents, routine => said.Contains(routine, StringComparison.Ordinal));
    }

    [GeneratedRegex("has started (?<count>[0-9]{1,6}) tasks", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex HasStarted();

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
