using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>What a task's <c>lastStatus</c> says, in the order in which a task goes through them.</summary>
internal enum EcsTaskStatus
{
    Provisioning,
    Pending,
    Activating,
    Running,
    Deactivating,
    Stopping,
    Stopped,
}

/// <summary>A task.</summary>
internal sealed class TaskState
{
    /// <summary>Its place among all tasks ever started; what pages go on from.</summary>
    public required long Number { get; init; }

    public required string Id { get; init; }

    public required string Cluster { get; init; }

    /// <summary>The service whose scheduler started it; null for a task that RunTask started.</summary>
    public string? Service { get; init; }

    /// <summary>What started it: a deployment's id, or what RunTask was given; null where it was given nothing.</summary>
    public string? StartedBy { get; init; }

    /// <summary>The task group: <c>service:name</c>, and <c>family:name</c> where RunTask names none. Faults for a task of RunTask name it.</summary>
    public required string Group { get; init; }

    public required string TaskDefinitionArn { get; init; }

    /// <summary>Null where a capacity provider strategy was given.</summary>
    public string? LaunchType { get; init; }

    /// <summary>The first capacity provider of the strategy that was given.</summary>
    public string? CapacityProvider { get; init; }

    public string? PlatformVersion { get; init; }

    /// <summary>What RunTask overrides of its task definition.</summary>
    public JsonObject? Overrides { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required IReadOnlyList<ContainerState> Containers { get; init; }

    public EcsTaskStatus Status { get; set; }

    /// <summary>When it came into its status.</summary>
    public DateTimeOffset Since { get; set; }

    public DateTimeOffset? PullStartedAt { get; set; }

    public DateTimeOffset? PullStoppedAt { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? StoppingAt { get; set; }

    public DateTimeOffset? StoppedAt { get; set; }

    public string? StopCode { get; set; }

    public string? StoppedReason { get; set; }

    /// <summary>When it will crash, and how.</summary>
    public TaskCrash? Crash { get; set; }

    public int Version { get; set; } = 1;

    /// <summary>That it is meant to run (<c>desiredStatus</c> RUNNING).</summary>
    public bool IsWanted => StoppingAt is null;

    /// <summary>That a deployment started it.</summary>
    public bool IsOf(DeploymentState deployment) => string.Equals(StartedBy, deployment.Id, StringComparison.Ordinal);

    public bool IsRunning => Status is EcsTaskStatus.Running;

    /// <summary>The thing that faults name: its service, or else its group.</summary>
    public string FaultTarget => Service ?? Group;
}

/// <summary>A container of a task.</summary>
internal sealed class ContainerState
{
    public required string Name { get; init; }

    public required string Image { get; init; }

    public bool IsEssential { get; init; } = true;

    public string? LogGroup { get; init; }

    public string? LogStreamPrefix { get; init; }

    public string? ImageDigest { get; set; }

    public int? ExitCode { get; set; }

    public string? Reason { get; set; }
}

/// <summary>The end of a container to come: a crash, or that of a task which has done its work.</summary>
internal sealed record TaskCrash(DateTimeOffset At, int ExitCode, string? Reason, IReadOnlyList<string> LogLines);
