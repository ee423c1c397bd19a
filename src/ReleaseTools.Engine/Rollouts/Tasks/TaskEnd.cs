using ReleaseTools.Engine.Aws.Ecs;

namespace ReleaseTools.Engine.Rollouts.Tasks;

/// <summary>
/// Judges a task by one look at it. The container that got the command counts; what else the task definition holds is
/// stopped with it, unless it is essential and ended first: then ECS tells the one that got the command to stop, and a program that
/// heeds that may exit with 0 in the middle of its work.
/// <code>
/// its exit code   stop code                   another essential container               verdict
/// –               –                           –                                         none yet
/// 0               EssentialContainerExited    has a reason of its own, or an exit code  Failed: it may not have been done
///                                             other than 0, 137 and 143
/// 0               EssentialContainerExited    –                                         Succeeded
/// 0               another                     –                                         Failed: it was told to stop, and did so; its work may not be done
/// another         any                         –                                         Failed
/// none            STOPPED, by any             –                                         Failed: it could not be started, or was stopped before it ran
/// </code>
/// 143 is what SIGTERM leaves behind, and 137 what SIGKILL does, with which ECS ends what does not stop in time; where a container
/// was killed for its memory, it has that as its reason.
/// (Amazon ECS API reference, Task: stopCode; Container: reason; developer guide, "Task lifecycle" and "Stopped task error codes".)
/// </summary>
/// <param name="Status">Succeeded or Failed.</param>
/// <param name="Stop">How the task stopped.</param>
/// <param name="Sentence">What happened, in one sentence.</param>
internal sealed record TaskEnd(ReleaseTaskStatus Status, TaskStop Stop, string Sentence)
{
    /// <summary>The verdict; null while there is none.</summary>
    /// <param name="task">The task.</param>
    /// <param name="container">The container that got the command.</param>
    /// <param name="essential">The containers with any of which the task ends.</param>
    public static TaskEnd? Of(EcsTask task, string container, IReadOnlyCollection<string> essential)
    {
        var exitCode = task.Containers?.FirstOrDefault(one => one.Name == container)?.ExitCode;
        if (task.LastStatus != "STOPPED" && (exitCode is null || !TaskStop.IsTold(task)))
            return null;
        var first = TaskStop.Of(task);
        if (exitCode is null)
            return new(ReleaseTaskStatus.Failed, first, first.Sentence);

        var stop = first with { Task = first.Task with { Container = container, ExitCode = exitCode } };
        if (exitCode != 0 || task.StopCode != "EssentialContainerExited")
            return new(ReleaseTaskStatus.Failed, stop, stop.Sentence);
        return (task.Containers ?? []).FirstOrDefault(one => one.Name != container && essential.Contains(one.Name ?? "", StringComparer.Ordinal) && EndedByItself(one)) is { } other
            ? new(ReleaseTaskStatus.Failed, stop, $"Container {container} exited with 0, but it may have been stopped before it was done. {SentenceOf(first, other)}")
            : new(ReleaseTaskStatus.Succeeded, stop, stop.Sentence);
    }

    private static bool EndedByItself(TaskContainer container) => !string.IsNullOrWhiteSpace(container.Reason) || container.ExitCode is not (null or 0 or 137 or 143);

    private static string SentenceOf(TaskStop first, TaskContainer other) => (first with { Task = first.Task with { Container = other.Name, ExitCode = other.ExitCode } }).Sentence;
}
