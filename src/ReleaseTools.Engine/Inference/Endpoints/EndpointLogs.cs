using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Logs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// What an endpoint's containers logged. They log to a group of the endpoint's name, each in a stream
/// <c>variant/instance</c>, in a pipeline <c>variant/instance/container</c> ("Log groups and streams", SageMaker developer guide).
/// </summary>
internal sealed class EndpointLogs(AwsSession aws, IReleaseObserver observer)
{
    private const int Lines = 30;
    private const int Streams = 3;

    /// <summary>The endpoint's log group.</summary>
    public static string Group(string endpointName) => $"/aws/sagemaker/Endpoints/{endpointName}";

    /// <summary>The last lines of the instances that an update started, else of those that logged last; none where they cannot be read.</summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="since">When the update began. An instance's stream is as old as the instance.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<IReadOnlyList<string>> LastLinesAsync(string endpointName, DateTimeOffset since, CancellationToken cancellationToken)
    {
        try
        {
            var streams = (await aws.Logs.DescribeLogStreamsAsync(new(Group(endpointName)), cancellationToken)).LogStreams ?? [];
            var started = streams.Where(stream => stream.CreationTime >= since.ToUnixTimeMilliseconds()).ToList();

            // LastEventTimestamp may be an hour old (DescribeLogStreams, API reference), so a new stream counts from its creation.
            var newest = (started.Count > 0 ? started : streams)
                .OrderByDescending(stream => Math.Max(stream.LastEventTimestamp ?? 0, stream.CreationTime ?? 0))
                .Take(Streams).Select(stream => stream.LogStreamName).OfType<string>().ToList();
            var events = new List<OutputLogEvent>();
            foreach (var stream in newest)
                events.AddRange((await aws.Logs.GetLogEventsAsync(new(Group(endpointName), stream) { Limit = Lines, StartFromHead = false }, cancellationToken)).Events ?? []);
            return [.. events.OrderBy(one => one.Timestamp).TakeLast(Lines).Select(one => (one.Message ?? "").TrimEnd('\r', '\n'))];
        }
        catch (ReleaseException error)
        {
            // A container that never started has no log; and one that may not be read must not hide SageMaker's own reason.
            observer.Report(new Traced(endpointName, $"Its log group {Group(endpointName)} could not be read: {error.Message}"));
            return [];
        }
    }
}
