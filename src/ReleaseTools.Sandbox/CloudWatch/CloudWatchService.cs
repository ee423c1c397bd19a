using System.Text.Json;
using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.CloudWatch;

/// <summary>
/// Amazon CloudWatch, as far as alarms that somebody sets by hand; it has no metrics. It speaks AWS JSON 1.0:
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/Welcome.html
/// </summary>
internal sealed class CloudWatchService : SandboxService, IAlarmStore
{
    private const string Invalid = "ValidationError";
    private SortedDictionary<string, AlarmState> alarms = new(StringComparer.Ordinal);

    public CloudWatchService(SandboxWorld world)
        : base(world) => world.Alarms = this;

    /// <inheritdoc/>
    public override string Name => "monitoring";

    /// <inheritdoc/>
    public override string TargetPrefix => "GraniteServiceVersion20100801";

    /// <inheritdoc/>
    public override JsonObject Invoke(string operation, JsonObject request) => operation switch
    {
        "PutMetricAlarm" => Put(request),
        "SetAlarmState" => SetState(request),
        "DescribeAlarms" => Describe(request),
        "DeleteAlarms" => Delete(request),
        _ => throw SandboxException.UnknownOperation(Name, operation),
    };

    /// <inheritdoc/>
    public override string? TargetOf(string operation, JsonObject request) => request.Text("AlarmName") ?? (request.Texts("AlarmNames") is [var only] ? only : null);

    /// <inheritdoc/>
    public string? StateOf(string alarm) => alarms.GetValueOrDefault(alarm)?.State;

    /// <inheritdoc/>
    public override JsonObject Save() => new() { ["alarms"] = JsonSerializer.SerializeToNode(alarms) };

    /// <inheritdoc/>
    public override void Load(JsonObject state) =>
        alarms = new(state["alarms"].Deserialize<Dictionary<string, AlarmState>>() ?? [], StringComparer.Ordinal);

    private JsonObject Put(JsonObject request)
    {
        var name = request.Required("AlarmName", Invalid);
        foreach (var member in (string[])["ComparisonOperator", "EvaluationPeriods"])
        {
            if (request[member] is null)
                throw new SandboxException(Invalid, $"1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must not be null");
        }

        // One that is changed keeps its state.
        if (!alarms.ContainsKey(name))
            alarms[name] = new AlarmState { Name = name, State = "INSUFFICIENT_DATA", Reason = "Unchecked: Initial alarm creation", Since = World.Now };
        return [];
    }

    private JsonObject SetState(JsonObject request)
    {
        var alarm = alarms.GetValueOrDefault(request.Required("AlarmName", Invalid)) ?? throw new SandboxException("ResourceNotFound", "Unknown");
        var state = request.Required("StateValue", Invalid);
        if (state is not ("OK" or "ALARM" or "INSUFFICIENT_DATA"))
            throw new SandboxException(Invalid, $"1 validation error detected: Value '{state}' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]");
        alarms[alarm.Name] = alarm with { State = state, Reason = request.Required("StateReason", Invalid), Since = alarm.State == state ? alarm.Since : World.Now };
        return [];
    }

    private JsonObject Describe(JsonObject request)
    {
        var names = request.Texts("AlarmNames");
        if (names.Count > 100)
            throw new SandboxException(Invalid, "1 validation error detected: Value at 'alarmNames' failed to satisfy constraint: Member must have length less than or equal to 100");
        var found = alarms.Values.Where(alarm => names.Count == 0 || names.Contains(alarm.Name, StringComparer.Ordinal)).ToList();
        var page = Page.Of(found, request.Text("NextToken"), (int)(request.Number("MaxRecords") ?? 100), () => new SandboxException("InvalidNextToken", "Invalid token."));
        return page.MarkNext(new JsonObject { ["MetricAlarms"] = page.Items.Select(Described).ToJsonArray(), ["CompositeAlarms"] = new JsonArray() }, "NextToken");
    }

    private JsonObject Delete(JsonObject request)
    {
        foreach (var name in request.Texts("AlarmNames"))
            alarms.Remove(name);
        return [];
    }

    private JsonObject Described(AlarmState alarm) => new()
    {
        ["AlarmName"] = alarm.Name,
        ["AlarmArn"] = World.Arn("cloudwatch", $"alarm:{alarm.Name}"),
        ["StateValue"] = alarm.State,
        ["StateReason"] = alarm.Reason,
        ["StateUpdatedTimestamp"] = AnswerJson.Epoch(alarm.Since),
        ["StateTransitionedTimestamp"] = AnswerJson.Epoch(alarm.Since),
    };
}

/// <summary>An alarm.</summary>
internal sealed record AlarmState
{
    public required string Name { get; init; }

    public required string State { get; init; }

    public required string Reason { get; init; }

    /// <summary>Since when it is in that state.</summary>
    public required DateTimeOffset Since { get; init; }
}
