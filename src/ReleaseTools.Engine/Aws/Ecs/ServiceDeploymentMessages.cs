namespace ReleaseTools.Engine.Aws.Ecs;

// Service deployments and service revisions, in the words of the Amazon ECS API reference (2014-11-13).
#pragma warning disable CS1591 // the members are AWS's own; its API reference describes them

public sealed record ListServiceDeploymentsRequest(string Cluster, string Service)
{
    /// <summary>At most 100; 20 when left out.</summary>
    public int? MaxResults { get; init; }
    public string? NextToken { get; init; }
}

public sealed record ListServiceDeploymentsResponse(IReadOnlyList<ServiceDeploymentBrief>? ServiceDeployments, string? NextToken);

/// <param name="Status">
/// PENDING, IN_PROGRESS, STOP_REQUESTED, ROLLBACK_REQUESTED, ROLLBACK_IN_PROGRESS; at its end SUCCESSFUL, STOPPED, ROLLBACK_SUCCESSFUL, ROLLBACK_FAILED.
/// </param>
public sealed record ServiceDeploymentBrief(string? ServiceDeploymentArn, string? Status, string? StatusReason, string? TargetServiceRevisionArn, DateTimeOffset? CreatedAt);

/// <param name="ServiceDeploymentArns">At most 20.</param>
public sealed record DescribeServiceDeploymentsRequest(IReadOnlyList<string> ServiceDeploymentArns);
public sealed record DescribeServiceDeploymentsResponse(IReadOnlyList<ServiceDeployment>? ServiceDeployments, IReadOnlyList<Failure>? Failures);

public sealed record ServiceDeployment(
    string? ServiceDeploymentArn, string? Status, string? StatusReason,
    IReadOnlyList<ServiceRevisionSummary>? SourceServiceRevisions, ServiceRevisionSummary? TargetServiceRevision, ServiceDeploymentRollback? Rollback);

public sealed record ServiceRevisionSummary(string? Arn, int RequestedTaskCount, int RunningTaskCount, int PendingTaskCount);
public sealed record ServiceDeploymentRollback(string? Reason, string? ServiceRevisionArn);

/// <param name="ServiceRevisionArns">At most 20.</param>
public sealed record DescribeServiceRevisionsRequest(IReadOnlyList<string> ServiceRevisionArns);
public sealed record DescribeServiceRevisionsResponse(IReadOnlyList<ServiceRevision>? ServiceRevisions, IReadOnlyList<Failure>? Failures);
public sealed record ServiceRevision(string? ServiceRevisionArn, string? TaskDefinition, IReadOnlyList<ContainerImage>? ContainerImages);
public sealed record ContainerImage(string? ContainerName, string? Image, string? ImageDigest);

/// <param name="StopType">ROLLBACK.</param>
public sealed record StopServiceDeploymentRequest(string ServiceDeploymentArn, string StopType);
public sealed record StopServiceDeploymentResponse(string? ServiceDeploymentArn);
