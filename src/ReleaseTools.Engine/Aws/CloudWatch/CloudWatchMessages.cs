using System.Text.Json.Serialization;

namespace ReleaseTools.Engine.Aws.CloudWatch;

// In the words of the Amazon CloudWatch API reference (2010-08-01).
#pragma warning disable CS1591 // the members are AWS's own; its API reference describes them

// At most 100 names a call. Composite alarms are left out unless they are asked for.
public sealed record DescribeAlarmsRequest(IReadOnlyList<string> AlarmNames)
{
    public IReadOnlyList<string> AlarmTypes { get; init; } = ["MetricAlarm", "CompositeAlarm"];
}

public sealed record DescribeAlarmsResponse(IReadOnlyList<Alarm>? MetricAlarms, IReadOnlyList<Alarm>? CompositeAlarms);

// What metric and composite alarms have both.
public sealed record Alarm(string? AlarmName, string? StateValue, string? StateReason, DateTimeOffset? StateTransitionedTimestamp);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, Converters = [typeof(EpochSecondsConverter)])]
[JsonSerializable(typeof(DescribeAlarmsRequest))]
[JsonSerializable(typeof(DescribeAlarmsResponse))]
internal sealed partial class CloudWatchJson : JsonSerializerContext;
