using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>Where a task's container logs to at CloudWatch.</summary>
/// <param name="Group">The log group.</param>
/// <param name="Stream">The stream in it, the task's own.</param>
internal sealed record TaskLogStream(string Group, string Stream);

/// <summary>The last lines that a stopped task's container logged.</summary>
internal sealed class TaskLogs(AwsSession aws, IReleaseObserver observer)
{
    private const int Lines = 20;

    /// <summary>
    /// Where the container's lines are; null where they are not with CloudWatch, or in another region than the session's. The
    /// awslogs driver names a stream <c>prefix/container/task id</c>, and only where a prefix is set; it sends to
    /// <c>awslogs-region</c> (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html).
    /// </summary>
    public TaskLogStream? StreamOf(string service, ContainerDefinition? container, string taskArn)
    {
        if (container?.LogConfiguration is not { LogDriver: "awslogs", Options: { } options }
            || !options.TryGetValue("awslogs-group", out var group) || !options.TryGetValue("awslogs-stream-prefix", out var prefix))
            return null;

        var stream = new TaskLogStream(group, $"{prefix}/{container.Name}/{ServiceReader.ShortName(taskArn)}");
        if (options.GetValueOrDefault("awslogs-region") is not { Length: > 0 } region || region == aws.Region)
            return stream;
        observer.Report(new Traced(service, $"The log of task {ServiceReader.ShortName(taskArn)} is not read: {stream.Group}, stream {stream.Stream}, is in {region}."));
        return null;
    }

    /// <summary>The lines; none where they cannot be read, or have not come yet: awslogs sends them with some seconds' delay.</summary>
    public async Task<IReadOnlyList<string>> LastLinesAsync(string service, TaskLogStream log, CancellationToken cancellationToken)
    {
        try
        {
            var page = await aws.Logs.GetLogEventsAsync(new(log.Group, log.Stream) { Limit = Lines, StartFromHead = false }, cancellationToken);
            return [.. (page.Events ?? []).Select(written => (written.Message ?? "").TrimEnd('\r', '\n'))];
        }
        catch (ReleaseException error)
        {
            // A container that never started has no stream; a log that may not be read must not hide the task's own reason.
            observer.Report(new Traced(service, $"The log stream {log.Stream} could not be read: {error.Message}"));
            return [];
        }
    }
}
