using ReleaseTools.Engine.Aws.Ecs;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>A task that stopped, and what its stop says about its deployment.</summary>
/// <param name="Task">The task for people.</param>
/// <param name="IsFault">Whether it counts against the deployment.</param>
/// <param name="IsHopeless">Whether the next task will fare no better.</param>
internal sealed record TaskStop(StoppedTask Task, bool IsFault, bool IsHopeless)
{
    private static readonly string[] HopelessReasons = ["CannotPullContainerError", "ResourceInitializationError"];

    /// <summary>When it ceased to run, by ECS's clock, which is before it has stopped: its target may drain for minutes. Null where ECS does not say.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Where its last lines are looked for once more, as there were none yet; else null.</summary>
    public TaskLogStream? LogToCome { get; init; }

    /// <summary>What happened, in one sentence.</summary>
    public string Sentence
    {
        get
        {
            var exit = Task.ExitCode is { } code ? $" exited with {code}{(Task.ExitMeaning is { } meaning ? $" ({meaning})" : "")}" : " stopped";
            var why = string.Join(": ", new[] { Task.StopCode, Task.Reason }.OfType<string>());
            return $"{(Task.Container is null ? "A task" : $"Container {Task.Container}")}{exit}: {(why.Length == 0 ? "ECS gave no reason" : why)}.";
        }
    }

    /// <summary>
    /// Whether what ended a task is told. That is so before the task is STOPPED: the container that took the others along has
    /// exited, while they still stop and its target still drains. (Amazon ECS developer guide, "Task lifecycle".)
    /// </summary>
    public static bool IsTold(EcsTask task) => task.LastStatus == "STOPPED" || task.StopCode switch
    {
        "EssentialContainerExited" => task.Containers?.Any(container => container.ExitCode is not null) == true,
        "TaskFailedToStart" => !string.IsNullOrEmpty(task.StoppedReason),
        _ => false,
    };

    /// <summary>
    /// Reads a stopped task. Of the stop codes only TaskFailedToStart and EssentialContainerExited are the deployment's
    /// fault; of those ECS itself gives, a failed health check is too. (Task, API reference.)
    /// </summary>
    public static TaskStop Of(EcsTask task)
    {
        var containers = task.Containers ?? [];
        var culprit = containers.FirstOrDefault(container => container.ExitCode is not (null or 0))
            ?? containers.FirstOrDefault(container => container.Reason is not null)
            ?? containers.FirstOrDefault(container => container.ExitCode is not null);
        var reason = string.Join("; ", new[] { task.StoppedReason }.Concat(containers.Select(container => container.Reason))
            .OfType<string>().Select(text => text.Trim().TrimEnd('.')).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal));
        var isFault = task.StopCode is "TaskFailedToStart" or "EssentialContainerExited" || reason.Contains("health checks", StringComparison.OrdinalIgnoreCase);
        return new(
            new()
            {
                TaskArn = task.TaskArn ?? "",
                StopCode = task.StopCode,
                Reason = reason.Length == 0 ? null : reason,
                Container = culprit?.Name,
                ExitCode = culprit?.ExitCode,
            },
            isFault,
            isFault && Array.Exists(HopelessReasons, hopeless => reason.Contains(hopeless, StringComparison.OrdinalIgnoreCase))) { At = task.StoppingAt ?? task.StoppedAt };
    }
}
