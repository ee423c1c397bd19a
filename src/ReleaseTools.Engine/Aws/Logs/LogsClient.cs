namespace ReleaseTools.Engine.Aws.Logs;

/// <summary>The operations of Amazon CloudWatch Logs that a release uses.</summary>
public sealed class LogsClient(IAwsCaller caller)
{
    /// <summary>A page of a stream. The same <c>nextForwardToken</c> twice is the end for now; empty pages come in mid-stream.</summary>
    public Task<GetLogEventsResponse> GetLogEventsAsync(GetLogEventsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("GetLogEvents", request, LogsJson.Default.GetLogEventsRequest, LogsJson.Default.GetLogEventsResponse, cancellationToken);

    /// <summary>A group's streams, up to 50, those with the newest lines first. A line may take an hour to count for that order.</summary>
    public Task<DescribeLogStreamsResponse> DescribeLogStreamsAsync(DescribeLogStreamsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeLogStreams", request, LogsJson.Default.DescribeLogStreamsRequest, LogsJson.Default.DescribeLogStreamsResponse, cancellationToken);

    /// <summary>A page of the log groups whose names begin so, in ASCII order.</summary>
    public Task<DescribeLogGroupsResponse> DescribeLogGroupsAsync(DescribeLogGroupsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeLogGroups", request, LogsJson.Default.DescribeLogGroupsRequest, LogsJson.Default.DescribeLogGroupsResponse, cancellationToken);
}
