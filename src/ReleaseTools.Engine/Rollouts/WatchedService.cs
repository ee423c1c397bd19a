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
    private const int Closer = 2;
    private const int MostNamed = 50; // half of what one call describes

    // A deployment's end lies between two looks, and its verdict is to come within five seconds of it. Lines take a second or two.
    private static readonly TimeSpan VerdictWithin = TimeSpan.FromSeconds(4.8);
    private static readonly TimeSpan LongestForLines = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ShortestForLines = TimeSpan.FromSeconds(0.5);

    private static readonly string[] RoutineEvents =
        [" has stopped ", " registered ", " deregistered ", " has begun draining connections ", " deployment completed", " has reached a steady state", " rolling back to "];

    private readonly HashSet<string> eventsTold = new(started.FormerEvents, StringComparer.Ordinal);
    private readonly List<TaskStop> stopped = [];
    private readonly HashSet<string> tasksStarted = new(StringComparer.Ordinal);
    private readonly HashSet<string> tasksKnown = new(StringComparer.Ordinal);
    private readonly long joinedAt = time.GetTimestamp();
    private (string? State, int Desired, int Pending, int Running, int Failed)? counts;
    private long? failedSince;
    private long lookedBefore = started.StartedAt;
    private int closerLooks;
    private int startedCount;
    private int leastDesired = int.MaxValue;
    private bool wasSeen;
    private bool hasCompleted;
    private DateTimeOffset? completedAt;
    private int? stoppedBeforeCompleted;

    public StartedRollout Started => started;

    public string Name => started.Rollout.Service;

    /// <summary>The service at the last look.</summary>
    public EcsService? Seen { get; private set; }

    /// <summary>The deployment's tasks that stopped, oldest first.</summary>
    public IReadOnlyList<TaskStop> Stopped => stopped;

    /// <summary>Whether a task's stop is known, be it of another deployment: it needs not be described again.</summary>
    public bool IsKnown(string taskArn) => tasksKnown.Contains(taskArn);

    /// <summary>Whether a task may have stopped since the stopped tasks were last read.</summary>
    public bool TaskMayHaveStopped => closerLooks > 0;

    /// <summary>
    /// The tasks among which those that stopped are, as ECS's events name them, which spares listing them; none where they are to
    /// be listed: nothing was found among them, or there are too many.
    /// </summary>
    public IReadOnlyCollection<string> TasksNamed => closerLooks == Closer && tasksStarted.Count <= MostNamed ? tasksStarted : [];

    /// <summary>Whether it has its verdict.</summary>
    public bool HasEnded { get; set; }

    /// <summary>When it was last looked at, by the time provider's timestamp; when it was started, where it never was.</summary>
    public long LookedAt { get; private set; } = started.StartedAt;

    /// <summary>What is left of the time that it is waited for.</summary>
    public TimeSpan TimeLeft => options.Timeout - time.GetElapsedTime(joinedAt);

    /// <summary>In how long the last lines of what crashed are to be read again, for its verdict to come in time; null where none are to come.</summary>
    public TimeSpan? LinesDue => stopped.Exists(stop => stop.LogToCome is not null)
        ? TimeSpan.FromTicks(Math.Clamp((VerdictWithin - time.GetElapsedTime(lookedBefore)).Ticks, ShortestForLines.Ticks, LongestForLines.Ticks))
        : null;

    /// <summary>How often the proof was asked for since the deployment completed.</summary>
    public int Proofs { get; set; }

    /// <summary>The last thing ECS said, for a reason when the time runs out.</summary>
    public string? LastSaid { get; private set; }

    /// <summary>The proof that fails for want of tasks, of a deployment that completed; null where none does.</summary>
    public DigestProof? Unproven { get; set; }

    /// <summary>What keeps its tasks from coming, since one last came to run; null where nothing does.</summary>
    public ServiceStall? Stall { get; private set; }

    /// <summary>
    /// How many tasks with the digest are enough in the end: autoscaling may want more since the deployment completed, and
    /// those that are yet to start are no mismatch.
    /// </summary>
    public int DesiredToProve => Seen is { DesiredCount: > 0 } seen ? Math.Clamp(leastDesired, 1, seen.DesiredCount) : 0;

    /// <summary>How long the rollout takes so far.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(started.StartedAt);

    private Deployment? Ours => Seen?.Deployments?.FirstOrDefault(deployment => deployment.Id == started.DeploymentId);

    /// <summary>Takes in a look and tells what is new.</summary>
    public void Look(EcsService? service, IReleaseObserver observer)
    {
        Seen = service;
        (lookedBefore, LookedAt) = (LookedAt, time.GetTimestamp());
        leastDesired = Math.Min(leastDesired, service?.DesiredCount ?? leastDesired);
        wasSeen |= Ours is not null;
        stoppedBeforeCompleted ??= hasCompleted ? stopped.Count : null;
        hasCompleted |= Ours?.RolloutState == "COMPLETED";
        TellEvents(observer);
        TellCounts(observer);

        // A hundred events of each of hundreds of services are not kept until the next look.
        Seen = service is null ? null : service with { Events = [.. (service.Events ?? []).Where(said => RolloutVerdict.SaysFailed(said.Message))] };
        failedSince = Ours?.RolloutState == "FAILED" ? failedSince ?? time.GetTimestamp() : failedSince;
    }

    /// <summary>Takes in the service's tasks that stopped, and what is to be told of the deployment's own.</summary>
    /// <param name="tasks">All of them whose stop is told.</param>
    /// <param name="stops">Those of the deployment.</param>
    /// <param name="moreToCome">Whether another one of the deployment is about to stop.</param>
    public void TookIn(IReadOnlyList<EcsTask> tasks, IEnumerable<TaskStop> stops, bool moreToCome)
    {
        var found = stopped.Count;
        stopped.AddRange(stops);
        closerLooks = moreToCome ? Closer : stopped.Count > found ? 0 : closerLooks - 1;
        foreach (var arn in tasks.Select(task => task.TaskArn ?? ""))
        {
            tasksKnown.Add(arn);
            tasksStarted.Remove(ServiceReader.ShortName(arn)!);
        }
    }

    /// <summary>Takes in a stop whose log was read again.</summary>
    public void TookInLog(TaskStop before, TaskStop after) => stopped[stopped.IndexOf(before)] = after;

    /// <summary>Judges the deployment by what is known of it.</summary>
    public RolloutVerdict Verdict()
    {
        Unproven = null;
        return RolloutVerdict.Of(Observation);
    }

    /// <summary>Judges it by the tasks that stopped since it completed alone.</summary>
    public RolloutVerdict VerdictOfStops() =>
        RolloutVerdict.OfStops(Observation with { StoppedTasks = [.. stopped.Where((stop, i) => IsSinceCompleted(stop, i))] });

    // By ECS's clock where it tells both times, else by whether the look after the one that showed COMPLETED found it first.
    private bool IsSinceCompleted(TaskStop stop, int index) =>
        completedAt is { } completed && stop.At is { } ended ? ended > completed : index >= stoppedBeforeCompleted;

    // What was seen instead of a deployment that never came to be seen may have taken its place.
    private bool FormersHold => wasSeen || started.FormersHoldFor is not { } time || Elapsed < time;

    private RolloutObservation Observation => new()
    {
        DeploymentId = started.DeploymentId,
        Service = Seen,
        FormerDeployments = FormersHold ? started.FormerDeployments : [],
        FormerEvents = started.FormerEvents,
        StoppedTasks = stopped,
        FailedFor = failedSince is { } since ? Max(time.GetElapsedTime(since), TimeSpan.FromTicks(1)) : TimeSpan.Zero,
        MaximumFailedTask = options.MaximumFailedTask,
        WaitCommand = RolloutText.Wait(started.Rollout with { Digest = null }), // what is put back has another
    };

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

    // By events, then by the list, either of which may lag behind the counts.
    private void LookCloser() => closerLooks = Closer;

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    // ECS lists the newest first, and at most 100.
    private void TellEvents(IReleaseObserver observer)
    {
        foreach (var said in (Seen?.Events ?? []).Reverse())
        {
            if (said.Id is null || !eventsTold.Add(said.Id))
                continue;
            LastSaid = said.Message;
            if (RolloutVerdict.SaysCompleted(said.Message, started.DeploymentId))
                completedAt = said.CreatedAt;
            if (!IsRoutine(said.Message ?? ""))
                LookCloser();
            observer.Report(new ServiceSaid(Name, said.CreatedAt ?? time.GetUtcNow(), said.Message ?? ""));
            TellStall(said.Message ?? "", observer);
        }
    }

    // Each kind once: ECS repeats itself for as long as it lasts.
    private void TellStall(string said, IReleaseObserver observer)
    {
        if (ServiceStall.Of(said) is not { } stall)
            return;
        if (stall.Words != Stall?.Words)
            observer.Report(new Warned(Name, $"{stall.Words}: {said}"));
        Stall = stall;
    }

    // What ECS says when all goes well is no reason to look at tasks; more tasks started than are wanted is: some did not live.
    private bool IsRoutine(string said)
    {
        if (!said.Contains(" has started ", StringComparison.Ordinal))
            return Array.Exists(RoutineEvents, routine => said.Contains(routine, StringComparison.Ordinal));
        foreach (var id in TaskIds().Matches(said).Select(match => match.Groups["id"].Value))
        {
            startedCount++;
            tasksStarted.Add(id);
        }

        return startedCount <= (Seen?.DesiredCount ?? 0);
    }

    // A task that stopped shows as a failure counted, as fewer running, or as fewer pending that did not come to run.
    private void TellCounts(IReleaseObserver observer)
    {
        if (Ours is not { } ours)
            return;

        var now = (ours.RolloutState, ours.DesiredCount, ours.PendingCount, ours.RunningCount, ours.FailedTasks);
        if (counts == now)
            return;
        var (pending, running, failed) = counts is { } before ? (before.Pending, before.Running, before.Failed) : (0, 0, 0);
        if (ours.FailedTasks > failed || ours.RunningCount < running || ours.PendingCount + ours.RunningCount < pending + running)
            LookCloser();
        if (ours.RunningCount > running)
            Stall = null;
        counts = now;
        observer.Report(new DeploymentProgress(
            Name, started.DeploymentId, ours.RolloutState ?? "IN_PROGRESS", ours.DesiredCount, ours.PendingCount, ours.RunningCount, ours.FailedTasks, Elapsed));
    }

    // "(service web) has started 2 tasks: (task 0123…) (task 4567…)."
    [GeneratedRegex(@"\(task (?<id>[0-9a-f-]+)\)", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex TaskIds();
}
