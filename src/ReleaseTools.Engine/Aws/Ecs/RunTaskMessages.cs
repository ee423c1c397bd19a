using System.Text.Json.Nodes;

namespace ReleaseTools.Engine.Aws.Ecs;

// Tasks that no service owns, in the words of the Amazon ECS API reference (2014-11-13).
#pragma warning disable CS1591 // the members are AWS's own; its API reference describes them

/// <param name="Cluster">The cluster.</param>
/// <param name="TaskDefinition">The family's newest active revision, or a revision.</param>
/// <param name="ClientToken">
/// At most 64 characters. "Requests with the same token in the same cluster are idempotent" (API reference, "Ensuring
/// idempotency"), so this is no request whose effect comes again each time it is sent.
/// </param>
public sealed record RunTaskRequest(string Cluster, string TaskDefinition, string ClientToken)
{
    /// <summary>At most 128 letters, digits, hyphens, slashes and underscores; what ListTasks finds the task by.</summary>
    public string? StartedBy { get; init; }

    /// <summary>Must be left out where there is a capacity provider strategy.</summary>
    public string? LaunchType { get; init; }
    public JsonArray? CapacityProviderStrategy { get; init; }
    public string? PlatformVersion { get; init; }
    public JsonObject? NetworkConfiguration { get; init; }
    public JsonArray? PlacementConstraints { get; init; }
    public JsonArray? PlacementStrategy { get; init; }
    public TaskOverride? Overrides { get; init; }
}

public sealed record TaskOverride(IReadOnlyList<ContainerOverride> ContainerOverrides);

/// <param name="Name">A container of the task definition.</param>
/// <param name="Command">Instead of the image's, or of the task definition's.</param>
/// <param name="Environment">Over the task definition's.</param>
public sealed record ContainerOverride(string Name, IReadOnlyList<string>? Command, IReadOnlyList<EnvironmentVariable>? Environment);
public sealed record EnvironmentVariable(string Name, string Value);

public sealed record RunTaskResponse(IReadOnlyList<EcsTask>? Tasks, IReadOnlyList<Failure>? Failures);

/// <param name="TaskDefinition"><c>family:revision</c>, or its ARN.</param>
public sealed record DeregisterTaskDefinitionRequest(string TaskDefinition);
public sealed record DeregisterTaskDefinitionResponse(TaskDefinition? TaskDefinition);
