using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Text;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>Everything ECS knows; what is kept between runs.</summary>
internal sealed class EcsState
{
    public const int EventsKept = 100;

    /// <summary>Ids are made from it, so that the same calls give the same ids.</summary>
    public long Counter { get; set; }

    /// <summary>Clusters by name, as they were asked for.</summary>
    public Dictionary<string, JsonObject> Clusters { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Task definitions by family; the revision is the place in the list, from 1.</summary>
    public Dictionary<string, List<JsonObject>> TaskDefinitions { get; init; } = new(StringComparer.Ordinal);

    public List<ServiceState> Services { get; init; } = [];

    /// <summary>Tasks of RunTask that have not stopped.</summary>
    public List<TaskState> OneOff { get; init; } = [];

    /// <summary>What RunTask did for each client token, by cluster and token.</summary>
    public Dictionary<string, RunTaskTokenState> RunTaskTokens { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Stopped tasks, in the order of their end.</summary>
    public List<TaskState> Stopped { get; init; } = [];

    /// <summary>The tasks that can be described, in the order of their start.</summary>
    public IEnumerable<TaskState> Tasks(string cluster) => Services
        .SelectMany(service => service.Live)
        .Concat(OneOff)
        .Concat(Stopped)
        .Where(task => string.Equals(task.Cluster, cluster, StringComparison.Ordinal))
        .OrderBy(task => task.Number);

    /// <summary>32 hexadecimal digits, as in a task's ARN.</summary>
    public string NewHexId() => Convert.ToHexString(Hash())[..32].ToLowerInvariant();

    /// <summary>19 digits, as in a deployment's id.</summary>
    public string NewDeploymentId() =>
        "ecs-svc/" + (BitConverter.ToUInt64(Hash()) % 9_000_000_000_000_000_000 + 1_000_000_000_000_000_000).ToString(CultureInfo.InvariantCulture);

    /// <summary>As in an event's id.</summary>
    public string NewGuid() => new Guid(Hash().AsSpan(0, 16)).ToString();

    private byte[] Hash() => SHA256.HashData(Encoding.UTF8.GetBytes((++Counter).ToString(CultureInfo.InvariantCulture)));
}

/// <summary>A request with a client token, and the ids of the tasks that it started.</summary>
internal sealed record RunTaskTokenState(JsonObject Request, IReadOnlyList<string> Tasks);

/// <summary>What a service's <c>status</c> says.</summary>
internal enum ServiceStatus
{
    Active,
    Draining,
    Inactive,
}

/// <summary>A service.</summary>
internal sealed class ServiceState
{
    public required string Name { get; init; }

    public required string Cluster { get; init; }

    /// <summary>The members of CreateService and UpdateService as they were last given.</summary>
    public required JsonObject Given { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public ServiceStatus Status { get; set; }

    public int DesiredCount { get; set; }

    public string? TaskDefinitionArn { get; set; }

    /// <summary>Newest first; the first is PRIMARY. Empty where ECS is not the deployment controller.</summary>
    public List<DeploymentState> Deployments { get; init; } = [];

    /// <summary>Tasks that have not stopped.</summary>
    public List<TaskState> Live { get; init; } = [];

    /// <summary>Newest first.</summary>
    public List<ServiceEvent> Events { get; init; } = [];

    /// <summary>Its service deployments, newest first.</summary>
    public List<ServiceDeploymentState> History { get; init; } = [];

    /// <summary>Its revisions, newest first.</summary>
    public List<ServiceRevisionState> Revisions { get; init; } = [];

    /// <summary>When the scheduler looks at the service next, even when no task changes.</summary>
    public DateTimeOffset? WakeAt { get; set; }

    /// <summary>That the steady state was announced, and nothing has changed since.</summary>
    public bool IsSteady { get; set; }

    /// <summary>The deployment a circuit breaker rolls back to.</summary>
    public DeploymentState? LastCompleted { get; set; }

    public DeploymentState? Primary => Deployments.Count > 0 ? Deployments[0] : null;

    public string Controller => Given.Structure("deploymentController")?.Text("type") ?? "ECS";

    public DeploymentSettings Settings => DeploymentSettings.Of(Given.Structure("deploymentConfiguration"));
}

/// <summary>A service's event.</summary>
internal sealed record ServiceEvent(string Id, DateTimeOffset CreatedAt, string Message);

/// <summary>What a deployment's <c>rolloutState</c> says.</summary>
internal enum RolloutState
{
    InProgress,
    Completed,
    Failed,
}

/// <summary>A deployment of a service.</summary>
internal sealed class DeploymentState
{
    public required string Id { get; init; }

    public required string TaskDefinitionArn { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public RolloutState Rollout { get; set; }

    public string RolloutReason { get; set; } = string.Empty;

    /// <summary>The id of the service revision whose tasks it runs.</summary>
    public string? RevisionId { get; set; }

    /// <summary>The digests that image references resolved to at the first launch: what "version consistency" holds fast.</summary>
    public Dictionary<string, string> Digests { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Consecutive tasks that failed to start; not counted any more once one has run.</summary>
    public int FailedTasks { get; set; }

    public bool HasRun { get; set; }

    /// <summary>How often in a row launches failed, and when the next may be tried.</summary>
    public int FailedLaunches { get; set; }

    public DateTimeOffset? LastFailedAt { get; set; }

    public DateTimeOffset? PausedUntil { get; set; }

    /// <summary>That it was said that the deployment's settings leave no room to move.</summary>
    public bool SaidStuck { get; set; }
}

/// <summary>The bounds of a rolling deployment and the circuit breaker; https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html</summary>
internal sealed record DeploymentSettings(int MinimumHealthyPercent, int MaximumPercent, bool HasBreaker, bool RollsBack)
{
    public static DeploymentSettings Of(JsonObject? given) => new(
        (int)(given?.Number("minimumHealthyPercent") ?? 100),
        (int)(given?.Number("maximumPercent") ?? 200),
        given?.Structure("deploymentCircuitBreaker")?.Flag("enable") ?? false,
        given?.Structure("deploymentCircuitBreaker")?.Flag("rollback") ?? false);

    /// <summary>The fewest tasks that must run: rounded up.</summary>
    public int Minimum(int desired) => (desired * MinimumHealthyPercent + 99) / 100;

    /// <summary>The most tasks that may be starting or running: rounded down.</summary>
    public int Maximum(int desired) => desired * MaximumPercent / 100;

    /// <summary>Failures that trip the breaker: half of the desired count, between 3 and 200.</summary>
    public static int BreakerThreshold(int desired) => Math.Clamp((desired + 1) / 2, 3, 200);
}
