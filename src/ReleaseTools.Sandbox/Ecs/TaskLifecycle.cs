using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>What a step of a task's life means for the deployment that started it.</summary>
internal enum TaskOutcome
{
    None,
    Ran,
    FailedToStart,
}

/// <summary>
/// The life of a task: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
/// <code>
/// PROVISIONING  → PENDING        the network interface is there
/// PENDING       → ACTIVATING     every image was pulled
///               → STOPPING       TaskFailedToStart: CannotPullContainerError
/// ACTIVATING    → RUNNING
/// RUNNING       → DEACTIVATING   EssentialContainerExited, when a crash is scripted; a task of RunTask, when it has done its work
/// DEACTIVATING  → STOPPING
/// STOPPING      → STOPPED
/// any wanted    → DEACTIVATING (running) or STOPPING (not yet): ServiceSchedulerInitiated, UserInitiated
/// </code>
/// </summary>
internal sealed class TaskLifecycle(SandboxWorld world, EcsTiming timing)
{
    /// <summary>When the task's next step is due; null when it stays as it is.</summary>
    public DateTimeOffset? Due(TaskState task) => task.Status switch
    {
        EcsTaskStatus.Provisioning => task.Since + timing.Provisioning,
        EcsTaskStatus.Pending => task.Since + timing.Pending,
        EcsTaskStatus.Activating => task.Since + timing.Activating,
        EcsTaskStatus.Running => task.Crash?.At,
        EcsTaskStatus.Deactivating => task.Since + timing.Deactivating,
        EcsTaskStatus.Stopping => task.Since + timing.Stopping,
        _ => null,
    };

    /// <summary>Takes the step that is due.</summary>
    public TaskOutcome Move(TaskState task, DeploymentState? deployment, DateTimeOffset at)
    {
        switch (task.Status)
        {
            case EcsTaskStatus.Provisioning:
                task.PullStartedAt = at;
                Enter(task, EcsTaskStatus.Pending, at);
                return TaskOutcome.None;
            case EcsTaskStatus.Pending:
                return Pull(task, deployment, at);
            case EcsTaskStatus.Activating:
                task.StartedAt = at;
                task.Crash = CrashToCome(task, at);
                Enter(task, EcsTaskStatus.Running, at);
                return TaskOutcome.Ran;
            case EcsTaskStatus.Running:
                Exit(task, task.Crash!, at);
                return TaskOutcome.None;
            case EcsTaskStatus.Deactivating:
                Enter(task, EcsTaskStatus.Stopping, at);
                return TaskOutcome.None;
            case EcsTaskStatus.Stopping:
                task.StoppedAt = at;
                Enter(task, EcsTaskStatus.Stopped, at);
                return TaskOutcome.None;
            default:
                return TaskOutcome.None;
        }
    }

    /// <summary>Begins to stop a task.</summary>
    public static void Stop(TaskState task, string code, string reason, DateTimeOffset at)
    {
        task.StopCode = code;
        task.StoppedReason = reason;
        task.StoppingAt = at;

        // What SIGTERM leaves behind in a container that was started and does not handle it.
        if (task.StartedAt is not null)
        {
            foreach (var container in task.Containers)
                container.ExitCode ??= 143;
        }

        Enter(task, task.IsRunning ? EcsTaskStatus.Deactivating : EcsTaskStatus.Stopping, at);
    }

    // The first pull resolves a reference for the whole deployment ("version consistency"):
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html#deployment-container-image-stability
    private TaskOutcome Pull(TaskState task, DeploymentState? deployment, DateTimeOffset at)
    {
        var fault = world.Faults.TakeFor(SandboxFaultKind.CannotPull, task.FaultTarget);
        foreach (var container in task.Containers)
        {
            var digest = fault is null ? Resolve(container.Image, deployment) : null;
            if (digest is null)
            {
                container.Reason = fault?.Reason
                    ?? $"CannotPullContainerError: pull image manifest has been retried 5 time(s): failed to resolve ref {container.Image}: {container.Image}: not found";
                task.PullStoppedAt = at;
                Stop(task, "TaskFailedToStart", container.Reason, at);
                return TaskOutcome.FailedToStart;
            }

            container.ImageDigest = digest;
        }

        task.PullStoppedAt = at;
        Enter(task, EcsTaskStatus.Activating, at);
        return TaskOutcome.None;
    }

    private string? Resolve(string image, DeploymentState? deployment)
    {
        if (deployment?.Digests.TryGetValue(image, out var known) == true)
            return known;
        var digest = world.Images.Resolve(image);
        if (digest is not null && deployment is not null)
            deployment.Digests[image] = digest;
        return digest;
    }

    private TaskCrash? CrashToCome(TaskState task, DateTimeOffset at) =>
        world.Faults.TakeFor(SandboxFaultKind.TaskCrash, task.Service is null ? [task.FaultTarget] : [task.FaultTarget, .. task.Containers.Select(container => container.ImageDigest).OfType<string>()]) is { } fault
            ? new TaskCrash(at + fault.Delay, fault.ExitCode, fault.Reason, fault.LogLines)
            : task.Service is null ? new TaskCrash(at + timing.OneOffWork, 0, null, []) : null;

    private void Exit(TaskState task, TaskCrash crash, DateTimeOffset at)
    {
        var commanded = task.Overrides?.Structures("containerOverrides") is [var first, ..] ? first.Text("name") : null;
        var container = task.Containers.Where(candidate => candidate.IsEssential).OrderBy(candidate => candidate.Name != commanded).FirstOrDefault() ?? task.Containers[0];
        container.ExitCode = crash.ExitCode;
        container.Reason = crash.Reason;
        if (container.LogGroup is not null && container.LogStreamPrefix is not null && crash.LogLines.Count > 0)
            world.Logs.Append(container.LogGroup, $"{container.LogStreamPrefix}/{container.Name}/{task.Id}", at, [.. crash.LogLines]);
        task.Crash = null;
        Stop(task, "EssentialContainerExited", "Essential container in task exited", at);
    }

    private static void Enter(TaskState task, EcsTaskStatus status, DateTimeOffset at)
    {
        task.Status = status;
        task.Since = at;
        task.Version++;
    }
}
