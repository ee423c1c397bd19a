using System.Text.Json.Serialization;

namespace ReleaseTools.Engine.Aws.Logs;

// In the words of the Amazon CloudWatch Logs API reference (2014-03-28). Timestamps are milliseconds since 1970.
#pragma warning disable CS1591 // the members are AWS's own; its API reference describes them

public sealed record GetLogEventsRequest(string LogGroupName, string LogStreamName)
{
    public bool? StartFromHead { get; init; }
    public int? Limit { get; init; }
    public string? NextToken { get; init; }
}

public sealed record GetLogEventsResponse(IReadOnlyList<OutputLogEvent>? Events, string? NextForwardToken, string? NextBackwardToken);
public sealed record OutputLogEvent(long? Timestamp, string? Message, long? IngestionTime);

public sealed record DescribeLogStreamsRequest(string LogGroupName)
{
    public string OrderBy { get; init; } = "LastEventTime";
    public bool Descending { get; init; } = true;
}

public sealed record DescribeLogStreamsResponse(IReadOnlyList<LogStream>? LogStreams);
public sealed record LogStream(string? LogStreamName, long? CreationTime, long? LastEventTimestamp);

public sealed record DescribeLogGroupsRequest(string LogGroupNamePrefix)
{
    public string? NextToken { get; init; }
}

public sealed record DescribeLogGroupsResponse(IReadOnlyList<LogGroup>? LogGroups, string? NextToken);
public sealed record LogGroup(string? LogGroupName);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GetLogEventsRequest))]
[JsonSerializable(typeof(GetLogEventsResponse))]
[JsonSerializable(typeof(DescribeLogStreamsRequest))]
[JsonSerializable(typeof(DescribeLogStreamsResponse))]
[JsonSerializable(typeof(DescribeLogGroupsRequest))]
[JsonSerializable(typeof(DescribeLogGroupsResponse))]
internal sealed partial class LogsJson : JsonSerializerContext;
