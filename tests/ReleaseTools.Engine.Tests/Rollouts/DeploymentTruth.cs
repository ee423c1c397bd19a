using ReleaseTools.Sandbox.Ecs;

namespace ReleaseTools.Engine.Tests.Rollouts;

/// <summary>How a deployment can end.</summary>
internal enum DeploymentEnd
{
    Completed,
    Failed,
    RollingBack,
    RolledBack,
    Superseded,
}

/// <summary>What became of a deployment, read off the model's state as it came to be true, never off an answer.</summary>
internal sealed class DeploymentTruth
{
    // With a breaker, its threshold for three tasks or fewer and as many again as are given up on without one.
    private const int TooManyWithBreaker = 6;
    private const int TooMany = 3;

    // Of a read, and the time to the next look.
    private const double Lag = ModelledEcs.MostStale + 4;

    private readonly List<(double At, DeploymentEnd End)> must = [];
    private readonly List<(double At, DeploymentEnd End)> may = [];
    private bool hasFailed;
    private double? completedAt;

    /// <summary>The ends a watcher must tell of, with their times; only the first if it is told in time.</summary>
    public IReadOnlyList<(double At, DeploymentEnd End)> Must => must;

    /// <summary>The ends that would be true to tell.</summary>
    public IEnumerable<(double At, DeploymentEnd End)> May => must.Concat(may);

    /// <summary>Whether its tasks crash one after the other since it completed: its state stays, and no breaker looks any more.</summary>
    public bool CrashesOn { get; private set; }

    public void Note(double at, DeploymentEnd end, bool isMust = true)
    {
        var list = isMust ? must : may;
        if (!list.Exists(noted => noted.End == end))
            list.Add((at, end));
    }

    /// <summary>Notes what has come to be true.</summary>
    public void Note(double at, DateTimeOffset now, ServiceState service, EcsState state, string deployment)
    {
        var ours = service.Deployments.Find(one => one.Id == deployment);
        switch (ours?.Rollout)
        {
            case RolloutState.Completed:
                completedAt ??= at;
                Note(at, DeploymentEnd.Completed);
                break;
            case RolloutState.Failed:
                hasFailed = true;
                Note(at, service.Settings.RollsBack ? DeploymentEnd.RollingBack : DeploymentEnd.Failed);
                break;
        }

        if (hasFailed && service.Primary is { } primary && primary.Id != deployment)
            NoteWhatTookItsPlace(at, primary);
        List<TaskState> faults = [.. state.Stopped.Concat(service.Live).Where(task => task.StartedBy == deployment && task.StopCode is "TaskFailedToStart" or "EssentialContainerExited")];
        NoteFaults(at, service, faults, goesOn: ours is { Rollout: RolloutState.InProgress } && ours == service.Primary);
        CrashesOn = completedAt is { } completed && faults.Count(task => (task.StoppingAt - now)!.Value.TotalSeconds + at > completed) >= TooMany;
    }

    /// <inheritdoc/>
    public override string ToString() => $"must {string.Join(", ", must)}; may {string.Join(", ", may)}";

    // The rollback, or what somebody deployed over it.
    private void NoteWhatTookItsPlace(double at, DeploymentState primary)
    {
        if (primary.Rollout is RolloutState.Completed)
            Note(at, DeploymentEnd.RolledBack, isMust: false);
        if (primary.Rollout is RolloutState.Failed)
            Note(at, DeploymentEnd.Failed, isMust: false);
    }

    // Crashes right after another end are told where a read that lags does not show that end yet, and are true.
    private void NoteFaults(double at, ServiceState service, List<TaskState> faults, bool goesOn)
    {
        if (!goesOn && must.Exists(noted => noted.At + Lag < at))
            return;
        var failedToStart = faults.Exists(task => task.StopCode is "TaskFailedToStart");
        if (!service.Settings.HasBreaker && (failedToStart || faults.Count >= TooMany))
            Note(at, DeploymentEnd.Failed, isMust: goesOn);
        if (service.Settings.HasBreaker && faults.Count >= TooMany)
            Note(at, DeploymentEnd.Failed, isMust: goesOn && (faults.Count >= TooManyWithBreaker || !failedToStart));
    }
}
