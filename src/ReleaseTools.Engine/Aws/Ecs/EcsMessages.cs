using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace ReleaseTools.Engine.Aws.Ecs;

// Requests and responses of just the operations used, in the words of the Amazon ECS API reference (2014-11-13).
// Statuses stay strings: an unknown one must not break a response.
#pragma warning disable CS1591 // the members are AWS's own; its API reference describes them

public sealed record DescribeClustersRequest(IReadOnlyList<string> Clusters);
public sealed record DescribeClustersResponse(IReadOnlyList<Cluster>? Clusters, IReadOnlyList<Failure>? Failures);
public sealed record Cluster(string? ClusterArn, string? ClusterName, string? Status);
public sealed record Failure(string? Arn, string? Reason, string? Detail);

/// <param name="Services">At most 10 names or ARNs.</param>
public sealed record DescribeServicesRequest(string Cluster, IReadOnlyList<string> Services);
public sealed record DescribeServicesResponse(IReadOnlyList<EcsService>? Services, IReadOnlyList<Failure>? Failures);

public sealed record EcsService(
    string? ServiceArn, string? ServiceName, string? ClusterArn, string? Status, int DesiredCount, int RunningCount, int PendingCount,
    string? TaskDefinition, DeploymentController? DeploymentController, DeploymentConfiguration? DeploymentConfiguration,
    IReadOnlyList<Deployment>? Deployments, IReadOnlyList<ServiceEvent>? Events)
{
    /// <summary>Left out where the service has a capacity provider strategy.</summary>
    public string? LaunchType { get; init; }
    public string? PlatformVersion { get; init; }

    // What RunTask is given as it was described: members that are not known here must not get lost on the way.
    public JsonArray? CapacityProviderStrategy { get; init; }
    public JsonObject? NetworkConfiguration { get; init; }
    public JsonArray? PlacementConstraints { get; init; }
    public JsonArray? PlacementStrategy { get; init; }
}

public sealed record DeploymentController(string? Type);
public sealed record DeploymentConfiguration(DeploymentCircuitBreaker? DeploymentCircuitBreaker, int? MaximumPercent, int? MinimumHealthyPercent)
{
    public DeploymentAlarms? Alarms { get; init; }
}

public sealed record DeploymentAlarms(bool Enable, bool Rollback);
public sealed record DeploymentCircuitBreaker(bool Enable, bool Rollback)
{
    public BreakerThreshold? ThresholdConfiguration { get; init; }
}

/// <param name="Type">COUNT, BOUNDED_PERCENT or UNBOUNDED_PERCENT.</param>
public sealed record BreakerThreshold(string? Type, int Value);

/// <param name="Status">PRIMARY, ACTIVE or INACTIVE.</param>
/// <param name="RolloutState">COMPLETED, FAILED or IN_PROGRESS.</param>
public sealed record Deployment(
    string? Id, string? Status, string? TaskDefinition, int DesiredCount, int PendingCount, int RunningCount, int FailedTasks,
    DateTimeOffset? CreatedAt, DateTimeOffset? UpdatedAt, string? RolloutState, string? RolloutStateReason);

public sealed record ServiceEvent(string? Id, DateTimeOffset? CreatedAt, string? Message);

public sealed record UpdateServiceRequest(string Cluster, string Service) : IEffectOncePerCall
{
    public string? TaskDefinition { get; init; }
    public int? DesiredCount { get; init; }
    public bool? ForceNewDeployment { get; init; }
}

public sealed record UpdateServiceResponse(EcsService? Service);

public sealed record DescribeTaskDefinitionRequest(string TaskDefinition)
{
    /// <summary>TAGS, or nothing.</summary>
    public IReadOnlyList<string>? Include { get; init; }
}

public sealed record DescribeTaskDefinitionResponse(TaskDefinition? TaskDefinition);

public sealed record TaskDefinition(
    string? TaskDefinitionArn, string? Family, int Revision, string? Status, IReadOnlyList<ContainerDefinition>? ContainerDefinitions, RuntimePlatform? RuntimePlatform)
{
    public string? TaskRoleArn { get; init; }
    public string? ExecutionRoleArn { get; init; }
}

/// <param name="Members">The whole request: a task definition as it was described has members that are not known here.</param>
[JsonConverter(typeof(RegisterTaskDefinitionConverter))]
public sealed record RegisterTaskDefinitionRequest(JsonObject Members) : IEffectOncePerCall;

public sealed record RegisterTaskDefinitionResponse(TaskDefinition? TaskDefinition);

internal sealed class RegisterTaskDefinitionConverter : JsonConverter<RegisterTaskDefinitionRequest>
{
    public override RegisterTaskDefinitionRequest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

    public override void Write(Utf8JsonWriter writer, RegisterTaskDefinitionRequest value, JsonSerializerOptions options) => value.Members.WriteTo(writer);
}

public sealed record RuntimePlatform(string? CpuArchitecture, string? OperatingSystemFamily);
public sealed record ContainerDefinition(string? Name, string? Image, bool? Essential, LogConfiguration? LogConfiguration)
{
    public IReadOnlyList<Secret>? Secrets { get; init; }
    public RepositoryCredentials? RepositoryCredentials { get; init; }
}

public sealed record LogConfiguration(string? LogDriver, IReadOnlyDictionary<string, string>? Options)
{
    public IReadOnlyList<Secret>? SecretOptions { get; init; }
}

/// <param name="ValueFrom">Where the value is kept; never the value.</param>
public sealed record Secret(string? Name, string? ValueFrom);

/// <param name="CredentialsParameter">The secret's ARN, or its name.</param>
public sealed record RepositoryCredentials(string? CredentialsParameter);

public sealed record ListTasksRequest(string Cluster)
{
    public string? ServiceName { get; init; }

    /// <summary>RUNNING (the default), PENDING or STOPPED.</summary>
    public string? DesiredStatus { get; init; }
    public string? NextToken { get; init; }
}

public sealed record ListTasksResponse(IReadOnlyList<string>? TaskArns, string? NextToken);

/// <param name="Tasks">At most 100 ids or ARNs.</param>
public sealed record DescribeTasksRequest(string Cluster, IReadOnlyList<string> Tasks);
public sealed record DescribeTasksResponse(IReadOnlyList<EcsTask>? Tasks, IReadOnlyList<Failure>? Failures);

public sealed record EcsTask(
    string? TaskArn, string? TaskDefinitionArn, string? LastStatus, string? DesiredStatus, string? StartedBy, string? Group, string? StopCode, string? StoppedReason,
    DateTimeOffset? CreatedAt, DateTimeOffset? StoppedAt, IReadOnlyList<TaskContainer>? Containers)
{
    /// <summary>When it was no longer to run; it may be long before <see cref="StoppedAt"/>.</summary>
    public DateTimeOffset? StoppingAt { get; init; }
}

public sealed record TaskContainer(string? Name, string? Image, string? ImageDigest, string? LastStatus, int? ExitCode, string? Reason);
