using ReleaseTools.Engine.Aws.Ecs;

namespace ReleaseTools.Engine.Rollouts.Tasks;

/// <summary>
/// Judges a task by one look at it. The container that got the command counts; what else the task definition holds is
/// stopped with it.
/// <code>
/// its exit code   stop code                   verdict
/// –               –                           none yet
/// 0               EssentialContainerExited    Succeeded
/// 0               another                     Failed: it was told to stop, and did so; its work may not be done
/// another         any                         Failed
/// none            STOPPED, by any             Failed: it could not be started, or was stopped before it ran
/// </code>
/// (Amazon ECS API reference, Task: stopCode; developer guide, "Task lifecycle".)
/// </summary>
internal sealed record TaskEnd(ReleaseTaskStatus Status, TaskStop Stop)
{
    /// <summary>The verdict; null while there is none.</summary>
    public static TaskEnd? Of(EcsTask task, string container)
    {
        var exitCode = task.Containers?.FirstOrDefault(one => one.Name == container)?.ExitCode;
        if (task.LastStatus != "STOPPED" && (exitCode is null || !TaskStop.IsTold(task)))
            return null;
        var stop = TaskStop.Of(task);
        if (exitCode is not null)
            stop = stop with { Task = stop.Task with { Container = container, ExitCode = exitCode } };
        return new(exitCode == 0 && task.StopCode == "EssentialContainerExited" ? ReleaseTaskStatus.Succeeded : ReleaseTaskStatus.Failed, stop);
    }
}
