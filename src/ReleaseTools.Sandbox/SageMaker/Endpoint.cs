using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>An endpoint. Its status is moved by <see cref="EndpointMachine"/> alone.</summary>
internal sealed record Endpoint
{
    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The ARN.</summary>
    public required string Arn { get; init; }

    /// <summary>When it was created.</summary>
    public required DateTimeOffset CreationTime { get; init; }

    /// <summary>When it was last changed.</summary>
    public required DateTimeOffset LastModifiedTime { get; init; }

    /// <summary>The status, as AWS names it.</summary>
    public required string Status { get; init; }

    /// <summary>When the status changes by itself; null when it does not.</summary>
    public DateTimeOffset? ChangesAt { get; init; }

    /// <summary>Why it failed or rolled back; SageMaker may leave it out.</summary>
    public string? FailureReason { get; init; }

    /// <summary>What it serves; null before its first deployment is done.</summary>
    public Deployment? Current { get; init; }

    /// <summary>What is being deployed; null when nothing is.</summary>
    public Deployment? Pending { get; init; }

    /// <summary>How the deployment under way is going to end; null when no deployment is.</summary>
    public DeploymentEnd? Ending { get; init; }

    /// <summary>The DeploymentConfig of the last update that gave one.</summary>
    public JsonObject? LastDeploymentConfig { get; init; }

    /// <summary>The configuration's name that DescribeEndpoint gives: the one served, or the first one while it is created.</summary>
    public string ConfigName => (Current ?? Pending)!.ConfigName;

    /// <summary>The state as JSON.</summary>
    public JsonObject Save() => new()
    {
        ["name"] = Name,
        ["arn"] = Arn,
        ["creationTime"] = AnswerJson.Stamp(CreationTime),
        ["lastModifiedTime"] = AnswerJson.Stamp(LastModifiedTime),
        ["status"] = Status,
        ["changesAt"] = ChangesAt is { } at ? AnswerJson.Stamp(at) : null,
        ["failureReason"] = FailureReason,
        ["current"] = Current?.Save(),
        ["pending"] = Pending?.Save(),
        ["ending"] = Ending?.Save(),
        ["lastDeploymentConfig"] = LastDeploymentConfig?.DeepClone(),
    };

    /// <summary>Reads what <see cref="Save"/> gave.</summary>
    public static Endpoint Load(JsonObject state) => new()
    {
        Name = state.Text("name")!,
        Arn = state.Text("arn")!,
        CreationTime = state.Stamped("creationTime"),
        LastModifiedTime = state.Stamped("lastModifiedTime"),
        Status = state.Text("status")!,
        ChangesAt = state["changesAt"] is null ? null : state.Stamped("changesAt"),
        FailureReason = state.Text("failureReason"),
        Current = Deployment.Load(state["current"]),
        Pending = Deployment.Load(state["pending"]),
        Ending = DeploymentEnd.Load(state["ending"]),
        LastDeploymentConfig = state["lastDeploymentConfig"]?.DeepClone().AsObject(),
    };
}

/// <summary>A configuration on its way to an endpoint, or served by it.</summary>
/// <param name="ConfigName">The configuration's name.</param>
/// <param name="Config">The configuration as it was then: deleting it later does not stop what runs.</param>
/// <param name="Variants">The variants as DescribeEndpoint gives them, without their status.</param>
/// <param name="StartTime">When the deployment began.</param>
internal sealed record Deployment(string ConfigName, JsonObject Config, JsonArray Variants, DateTimeOffset StartTime)
{
    /// <summary>The shadow variants, likewise.</summary>
    public JsonArray Shadows { get; init; } = [];

    /// <summary>The state as JSON.</summary>
    public JsonObject Save() => new()
    {
        ["configName"] = ConfigName,
        ["config"] = Config.DeepClone(),
        ["variants"] = Variants.DeepClone(),
        ["shadows"] = Shadows.DeepClone(),
        ["startTime"] = AnswerJson.Stamp(StartTime),
    };

    /// <summary>Reads what <see cref="Save"/> gave.</summary>
    public static Deployment? Load(JsonNode? state) => state is not JsonObject saved
        ? null
        : new(saved.Text("configName")!, saved["config"]!.DeepClone().AsObject(), saved["variants"]!.DeepClone().AsArray(), saved.Stamped("startTime"))
        {
            Shadows = saved["shadows"]?.DeepClone().AsArray() ?? [],
        };
}

/// <summary>How a deployment ends.</summary>
/// <param name="Kind">In which way.</param>
/// <param name="Reason">The FailureReason then; null or empty where AWS gives none.</param>
internal sealed record DeploymentEnd(DeploymentEndKind Kind, string? Reason = null)
{
    /// <summary>What the new instances log before it ends.</summary>
    public IReadOnlyList<string> LogLines { get; init; } = [];

    /// <summary>The state as JSON.</summary>
    public JsonObject Save() => new() { ["kind"] = Kind.ToString(), ["reason"] = Reason, ["logLines"] = LogLines.ToJsonArray() };

    /// <summary>Reads what <see cref="Save"/> gave.</summary>
    public static DeploymentEnd? Load(JsonNode? state) =>
        state is JsonObject saved ? new(Enum.Parse<DeploymentEndKind>(saved.Text("kind")!), saved.Text("reason")) { LogLines = saved.Texts("logLines") } : null;
}

/// <summary>The ways in which a deployment ends.</summary>
internal enum DeploymentEndKind
{
    /// <summary>The new configuration is served.</summary>
    Succeeds,

    /// <summary>The old configuration is served again.</summary>
    RollsBack,

    /// <summary>Neither is: the endpoint ends in UpdateRollbackFailed.</summary>
    RollbackFails,

    /// <summary>The endpoint ends in Failed.</summary>
    Fails,
}
