using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Aws.Logs;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>The last lines that a stopped task's container logged.</summary>
internal sealed class TaskLogs(LogsClient logs, IReleaseObserver observer)
{
    private const int Lines = 20;

    /// <summary>
    /// The lines; none where the container does not log to CloudWatch or its log cannot be read. The awslogs driver names
    /// a stream <c>prefix/container/task id</c>, and only where a prefix is set. (Amazon ECS developer guide, "Using the awslogs log driver".)
    /// </summary>
    public async Task<IReadOnlyList<string>> LastLinesAsync(string service, ContainerDefinition? container, string taskArn, CancellationToken cancellationToken)
    {
        if (container?.LogConfiguration is not { LogDriver: "awslogs", Options: { } options }
            || !options.TryGetValue("awslogs-group", out var group) || !options.TryGetValue("awslogs-stream-prefix", out var prefix))
            return [];

        try
        {
            var page = await logs.GetLogEventsAsync(new(group, $"{prefix}/{container.Name}/{ServiceReader.ShortName(taskArn)}") { Limit = Lines, StartFromHead = false }, cancellationToken);
            return [.. (page.Events ?? []).Select(written => (written.Message ?? "").TrimEnd('\r', '\n'))];
        }
        catch (AwsServiceException error)
        {
            // A container that never started has no stream; a log that may not be read must not hide the task's own reason.
            observer.Report(new Traced(service, $"The log of task {ServiceReader.ShortName(taskArn)} could not be read: {error.Message}"));
            return [];
        }
    }
}
