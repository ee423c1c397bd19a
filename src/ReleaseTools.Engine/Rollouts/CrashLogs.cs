using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// What the tasks that a watcher saw stop had logged. A task's lines reach CloudWatch some seconds after it stopped, so those
/// that are not there at first are read once more, at the next look or before the verdict, and the task is told then.
/// </summary>
internal sealed class CrashLogs(AwsSession aws, IReleaseObserver observer, RolloutOptions options, CallPace calls)
{
    private readonly TaskLogs logs = new(aws, observer);
    private readonly ConcurrentDictionary<string, IReadOnlyList<ContainerDefinition>> containers = new(StringComparer.Ordinal);

    /// <summary>The stop with its container's last lines, or with <see cref="TaskStop.LogToCome"/>.</summary>
    /// <param name="service">The service.</param>
    /// <param name="task">The task.</param>
    /// <param name="stop">Its stop.</param>
    /// <param name="before">How many of the deployment's tasks stopped before: the logs of the first few tell the story, and hundreds of crashes would be hundreds of calls.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<TaskStop> WithLogAsync(string service, EcsTask task, TaskStop stop, int before, CancellationToken cancellationToken)
    {
        if (before >= 2 * options.MaximumFailedTask || stop.Task.Container is null || task.TaskDefinitionArn is null)
            return stop;
        if (!containers.TryGetValue(task.TaskDefinitionArn, out var definitions))
        {
            definitions = await ContainersAsync(service, task.TaskDefinitionArn, cancellationToken);
            containers[task.TaskDefinitionArn] = definitions;
        }

        if (logs.StreamOf(service, definitions.FirstOrDefault(one => one.Name == stop.Task.Container), stop.Task.TaskArn) is not { } log)
            return stop;
        var lines = await LinesAsync(service, log, cancellationToken);

        // A container without an exit code did not run, and has nothing to say.
        return stop with { Task = stop.Task with { LogLines = lines }, LogToCome = lines.Count == 0 && stop.Task.ExitCode is not null ? log : null };
    }

    /// <summary>Reads once more what was not there at the former look.</summary>
    public async Task ReadAgainAsync(WatchedService service, CancellationToken cancellationToken)
    {
        foreach (var stop in service.Stopped.Where(stop => stop.LogToCome is not null).ToList())
        {
            var lines = await LinesAsync(service.Name, stop.LogToCome!, cancellationToken);
            var read = stop with { Task = stop.Task with { LogLines = lines }, LogToCome = null };
            service.TookInLog(stop, read);
            observer.Report(new TaskStopped(service.Name, read.Task));
        }
    }

    private async Task<IReadOnlyList<string>> LinesAsync(string service, TaskLogStream log, CancellationToken cancellationToken)
    {
        await calls.WaitForAsync("GetLogEvents", cancellationToken);
        return await logs.LastLinesAsync(service, log, cancellationToken);
    }

    // Without them there is no log, which must not hide why the task stopped.
    private async Task<IReadOnlyList<ContainerDefinition>> ContainersAsync(string service, string taskDefinition, CancellationToken cancellationToken)
    {
        try
        {
            return (await aws.Ecs.DescribeTaskDefinitionAsync(new(taskDefinition), cancellationToken)).TaskDefinition?.ContainerDefinitions ?? [];
        }
        catch (AwsServiceException error) when (!error.IsTransient())
        {
            observer.Report(new Traced(service, $"Where its tasks log is not known: {error.Message}"));
            return [];
        }
    }
}
