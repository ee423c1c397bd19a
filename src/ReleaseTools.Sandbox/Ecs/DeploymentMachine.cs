namespace ReleaseTools.Sandbox.Ecs;

/// <summary>
/// The scheduler of ECS's rolling deployments: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
/// <code>
/// PRIMARY is         and                                         then
/// IN_PROGRESS        breaker on, failures reach its threshold    FAILED; with rollback, a new PRIMARY on the last completed one's definition
/// IN_PROGRESS        StopServiceDeployment asked for a rollback  FAILED, and that new PRIMARY
/// IN_PROGRESS        else                                        start and stop tasks within minimum and maximum
///                    all desired run, the old are gone           COMPLETED (at once for a desired count of 0)
/// COMPLETED          a task has ended                            it is replaced; the state stays
/// FAILED             (no rollback)                               nothing is started or stopped
/// An older deployment is ACTIVE until its tasks have stopped, then it is gone; a FAILED one is shown until PRIMARY has completed.
/// </code>
/// </summary>
internal sealed class DeploymentMachine(EcsState state, EcsTiming timing, TaskLauncher launcher)
{
    /// <summary>Makes a new deployment PRIMARY; the scheduler acts on it a moment later.</summary>
    public DeploymentState Begin(ServiceState service, string taskDefinitionArn, DateTimeOffset at, DeploymentState? likeThis = null, string by = "circuit breaker")
    {
        var id = state.NewDeploymentId();
        var deployment = new DeploymentState
        {
            Id = id,
            TaskDefinitionArn = taskDefinitionArn,
            CreatedAt = at,
            UpdatedAt = at,
            Digests = new Dictionary<string, string>(likeThis?.Digests ?? [], StringComparer.Ordinal),
            RolloutReason = likeThis is null
                ? $"ECS deployment {id} in progress."
                : $"ECS deployment {by}: rolling back to deploymentId {likeThis.Id}.",
        };
        if (likeThis is null)
            ServiceHistory.Began(service, deployment, at);
        else
            ServiceHistory.RollsBack(service, deployment, likeThis, at);
        service.TaskDefinitionArn = taskDefinitionArn;
        service.Deployments.Insert(0, deployment);
        service.IsSteady = false;
        service.WakeAt = at;
        return deployment;
    }

    /// <summary>Takes note of what became of a task.</summary>
    public void Note(TaskOutcome outcome, DeploymentState deployment, DateTimeOffset at)
    {
        switch (outcome)
        {
            case TaskOutcome.Ran:
                deployment.HasRun = true;
                deployment.FailedTasks = 0;
                deployment.FailedLaunches = 0;
                deployment.PausedUntil = null;
                break;
            case TaskOutcome.FailedToStart:
                if (!deployment.HasRun)
                    deployment.FailedTasks++;

                // Tasks that were launched together and failed together are one failed launch.
                if (deployment.LastFailedAt != at)
                    deployment.FailedLaunches++;
                deployment.LastFailedAt = at;
                deployment.PausedUntil = at + Pause(deployment.FailedLaunches);
                break;
        }
    }

    /// <summary>Does what the scheduler would do now.</summary>
    public void Evaluate(ServiceState service, DateTimeOffset at)
    {
        service.WakeAt = null;
        if (service.Status is ServiceStatus.Draining && service.Live.Count == 0)
        {
            service.Status = ServiceStatus.Inactive;
            service.Deployments.Clear();
        }

        if (service.Primary is not { } primary)
            return;

        ServiceHistory.Started(service, at);
        switch (primary.Rollout)
        {
            case RolloutState.InProgress when ServiceHistory.Ongoing(service) is { Status: ServiceDeploymentStatus.RollbackRequested } && service.LastCompleted is { } good:
                Undo(service, primary, good, at);
                break;
            case RolloutState.InProgress when Trips(service, primary):
                Fail(service, primary, at);
                break;
            case RolloutState.InProgress or RolloutState.Completed:
                Stop(service, primary, at);
                Start(service, primary, at);
                Settle(service, primary, at);
                break;
        }

        ServiceHistory.KeepDigests(service);
        Retire(service);
    }

    private static bool Trips(ServiceState service, DeploymentState primary) =>
        service.Settings.HasBreaker && primary.FailedTasks >= DeploymentSettings.BreakerThreshold(service.DesiredCount);

    private void Fail(ServiceState service, DeploymentState failed, DateTimeOffset at)
    {
        failed.Rollout = RolloutState.Failed;
        failed.RolloutReason = "ECS deployment circuit breaker: tasks failed to start.";
        failed.UpdatedAt = at;
        Say(service, $"(deployment {failed.Id}) deployment failed: tasks failed to start.", at);
        foreach (var task in service.Live.Where(task => task.IsWanted && task.IsOf(failed)))
            StopForScaling(task, failed, at);

        // A rollback that fails is the end of it.
        var isRollback = ServiceHistory.Ongoing(service) is { } ongoing && ServiceHistory.IsRollingBack(ongoing);
        if (isRollback || !service.Settings.RollsBack || service.LastCompleted is not { } good)
        {
            ServiceHistory.Failed(service, failed.RolloutReason, at);
            return;
        }

        Say(service, $"rolling back to deployment {good.Id}.", at);
        Begin(service, good.TaskDefinitionArn, at, good);
    }

    // Its tasks go as those of the rollback come, within minimum and maximum.
    private void Undo(ServiceState service, DeploymentState stopped, DeploymentState good, DateTimeOffset at)
    {
        stopped.Rollout = RolloutState.Failed;
        stopped.RolloutReason = "ECS deployment stopped by StopServiceDeployment.";
        stopped.UpdatedAt = at;
        Say(service, $"rolling back to deployment {good.Id}.", at);
        Begin(service, good.TaskDefinitionArn, at, good, by: "stop");
    }

    private void Stop(ServiceState service, DeploymentState primary, DateTimeOffset at)
    {
        var wanted = service.Live.Where(task => task.IsWanted).ToList();
        var mine = wanted.Where(task => task.IsOf(primary)).ToList();
        var surplus = mine.OrderBy(task => task.IsRunning).ThenByDescending(task => task.Number).Take(mine.Count - service.DesiredCount);
        var stopped = new List<TaskState>(surplus);

        // Old tasks go as long as enough run without them; those that do not run yet are no loss.
        var spare = wanted.Count(task => task.IsRunning) - stopped.Count(task => task.IsRunning) - service.Settings.Minimum(service.DesiredCount);
        foreach (var old in wanted.Where(task => !task.IsOf(primary)).OrderBy(task => task.IsRunning).ThenBy(task => task.Number))
        {
            if (old.IsRunning && spare-- <= 0)
                break;
            stopped.Add(old);
        }

        foreach (var task in stopped)
            StopForScaling(task, primary, at);
        if (stopped.Count == 0)
            return;
        service.IsSteady = false;
        primary.UpdatedAt = at;
        Say(service, $"has stopped {stopped.Count} running tasks: {Names(stopped)}.", at);
    }

    private void Start(ServiceState service, DeploymentState primary, DateTimeOffset at)
    {
        var wanted = service.Live.Count(task => task.IsWanted);
        var missing = service.DesiredCount - service.Live.Count(task => task.IsWanted && task.IsOf(primary));
        var room = service.Settings.Maximum(service.DesiredCount) - wanted;
        if (missing <= 0)
            return;
        service.IsSteady = false;
        if (primary.PausedUntil > at)
        {
            Wake(service, primary.PausedUntil.Value);
            return;
        }

        if (room <= 0)
        {
            SayStuck(service, primary, at);
            return;
        }

        var started = Enumerable.Range(0, Math.Min(missing, room)).Select(_ => launcher.Launch(service, primary, at)).ToList();
        service.Live.AddRange(started);
        primary.UpdatedAt = at;
        Say(service, $"has started {started.Count} tasks: {Names(started)}.", at);
        if (primary.FailedLaunches >= 5)
            Say(service, "is unable to consistently start tasks successfully. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.", at);
    }

    private void Settle(ServiceState service, DeploymentState primary, DateTimeOffset at)
    {
        var all = service.Live.Count == service.DesiredCount && service.Live.TrueForAll(task => task.IsRunning && task.IsOf(primary));
        if (!all || service.IsSteady)
            return;
        var steadyAt = service.Live.Count == 0 ? at : service.Live.Max(task => task.Since) + timing.SteadyAfter;
        if (steadyAt > at)
        {
            Wake(service, steadyAt);
            return;
        }

        if (primary.Rollout is RolloutState.InProgress)
        {
            primary.Rollout = RolloutState.Completed;
            primary.RolloutReason = $"ECS deployment {primary.Id} completed.";
            primary.UpdatedAt = at;
            service.LastCompleted = primary;
            ServiceHistory.Completed(service, at);
            Say(service, $"(deployment {primary.Id}) deployment completed.", at);
        }

        service.IsSteady = true;
        Say(service, "has reached a steady state.", at);
    }

    private static void Retire(ServiceState service)
    {
        var primary = service.Primary;
        service.Deployments.RemoveAll(deployment =>
            deployment != primary
            && (deployment.Rollout is not RolloutState.Failed || primary!.Rollout is RolloutState.Completed)
            && service.Live.TrueForAll(task => !task.IsOf(deployment)));
    }

    // Bounds of 100 % and 100 % leave nothing that may be done: an event says so, once.
    private void SayStuck(ServiceState service, DeploymentState primary, DateTimeOffset at)
    {
        var moves = service.Live.Exists(task => !task.IsWanted || !task.IsRunning);
        if (moves || primary.SaidStuck)
            return;
        primary.SaidStuck = true;
        Say(service, "was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.", at);
    }

    private TimeSpan Pause(int failedLaunches)
    {
        var pause = timing.FirstPause * Math.Pow(2, Math.Min(failedLaunches - 1, 20));
        return pause < timing.LongestPause ? pause : timing.LongestPause;
    }

    private void Say(ServiceState service, string message, DateTimeOffset at)
    {
        service.Events.Insert(0, new ServiceEvent(state.NewGuid(), at, $"(service {service.Name}) {message}"));
        if (service.Events.Count > EcsState.EventsKept)
            service.Events.RemoveAt(service.Events.Count - 1);
    }

    private static void StopForScaling(TaskState task, DeploymentState deployment, DateTimeOffset at) =>
        TaskLifecycle.Stop(task, "ServiceSchedulerInitiated", $"Scaling activity initiated by (deployment {deployment.Id})", at);

    private static void Wake(ServiceState service, DateTimeOffset at) =>
        service.WakeAt = service.WakeAt is { } already && already < at ? already : at;

    private static string Names(IEnumerable<TaskState> tasks) => string.Join(' ', tasks.Select(task => $"(task {task.Id})"));
}
