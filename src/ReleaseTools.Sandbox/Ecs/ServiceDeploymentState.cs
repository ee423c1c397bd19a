namespace ReleaseTools.Sandbox.Ecs;

/// <summary>What a service deployment's <c>status</c> says; those from <see cref="Successful"/> on are its end.</summary>
internal enum ServiceDeploymentStatus
{
    Pending,
    InProgress,
    RollbackRequested,
    RollbackInProgress,
    Successful,
    Stopped,
    RollbackSuccessful,
    RollbackFailed,
}

/// <summary>A service deployment: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceDeployment.html</summary>
internal sealed class ServiceDeploymentState
{
    public required string Id { get; init; }

    /// <summary>The id of the revision that it deploys.</summary>
    public required string TargetRevision { get; init; }

    /// <summary>The id of the revision that ran before, to which it is rolled back; null for a service's first.</summary>
    public string? SourceRevision { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public ServiceDeploymentStatus Status { get; set; }

    public string StatusReason { get; set; } = string.Empty;

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public DateTimeOffset? RollbackStartedAt { get; set; }

    public bool IsOngoing => Status < ServiceDeploymentStatus.Successful;
}

/// <summary>A service revision: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRevision.html</summary>
internal sealed class ServiceRevisionState
{
    public required string Id { get; init; }

    public required string TaskDefinitionArn { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The digests that its image references were resolved to; empty until a task was launched.</summary>
    public Dictionary<string, string> Digests { get; set; } = new(StringComparer.Ordinal);
}
