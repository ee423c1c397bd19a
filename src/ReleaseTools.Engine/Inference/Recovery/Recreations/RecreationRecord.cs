using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ReleaseTools.Engine.Aws.SageMaker;

namespace ReleaseTools.Engine.Inference.Recovery.Recreations;

/// <summary>
/// All that an endpoint which is deleted to be created again will need, and that goes with it. It is written before the deletion, and
/// forgotten once the endpoint is as it was.
/// </summary>
internal sealed record RecreationRecord
{
    /// <summary>The endpoint.</summary>
    public required string EndpointName { get; init; }

    /// <summary>The configuration to create it from.</summary>
    public required string EndpointConfigName { get; init; }

    /// <summary>That configuration's ARN: one of the same name may be in another account or region.</summary>
    public string? EndpointConfigArn { get; init; }

    /// <summary>When the re-creation began.</summary>
    public required DateTimeOffset Begun { get; init; }

    /// <summary>The endpoint's tags, without AWS's own.</summary>
    public IReadOnlyList<Tag> Tags { get; init; } = [];

    /// <summary>What Application Auto Scaling knew of its variants.</summary>
    public EndpointScalingState Scaling { get; init; } = new([], [], []);

    /// <summary>Whether it is all that was recorded, and not only that something was.</summary>
    [JsonIgnore]
    public bool IsWhole { get; init; } = true;

    /// <summary>Whether the configuration's tags say the same: then, once they do not any more, somebody else has finished it.</summary>
    public bool IsMarked { get; init; }
}

/// <summary>What Application Auto Scaling knows of an endpoint's variants, whole.</summary>
/// <param name="Targets">The scalable targets.</param>
/// <param name="Policies">Their scaling policies.</param>
/// <param name="Actions">Their scheduled actions.</param>
internal sealed record EndpointScalingState(IReadOnlyList<JsonObject> Targets, IReadOnlyList<JsonObject> Policies, IReadOnlyList<JsonObject> Actions)
{
    /// <summary>Whether there is any.</summary>
    [JsonIgnore]
    public bool IsEmpty => Targets.Count == 0;
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RecreationRecord))]
internal sealed partial class RecreationJson : JsonSerializerContext;
