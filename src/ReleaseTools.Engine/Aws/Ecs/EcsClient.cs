using System.Text.Json.Nodes;

namespace ReleaseTools.Engine.Aws.Ecs;

/// <summary>The operations of Amazon ECS that a release uses.</summary>
public sealed class EcsClient(IAwsCaller caller)
{
    /// <summary>Clusters by name; one that is not there comes back in <c>Failures</c>.</summary>
    public Task<DescribeClustersResponse> DescribeClustersAsync(DescribeClustersRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeClusters", request, EcsJson.Default.DescribeClustersRequest, EcsJson.Default.DescribeClustersResponse, cancellationToken);

    /// <summary>Services by name, at most 10; one that is not there comes back in <c>Failures</c> with reason MISSING.</summary>
    public Task<DescribeServicesResponse> DescribeServicesAsync(DescribeServicesRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeServices", request, EcsJson.Default.DescribeServicesRequest, EcsJson.Default.DescribeServicesResponse, cancellationToken);

    /// <summary>Starts a new deployment, or changes a service; answers with the service as it is then.</summary>
    public Task<UpdateServiceResponse> UpdateServiceAsync(UpdateServiceRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("UpdateService", request, EcsJson.Default.UpdateServiceRequest, EcsJson.Default.UpdateServiceResponse, cancellationToken);

    /// <summary>A task definition by family, <c>family:revision</c> or ARN.</summary>
    public Task<DescribeTaskDefinitionResponse> DescribeTaskDefinitionAsync(DescribeTaskDefinitionRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeTaskDefinition", request, EcsJson.Default.DescribeTaskDefinitionRequest, EcsJson.Default.DescribeTaskDefinitionResponse, cancellationToken);

    /// <summary>The same, whole: <c>taskDefinition</c> with every member it has, and <c>tags</c> where the request includes them.</summary>
    public Task<JsonObject> DescribeWholeTaskDefinitionAsync(DescribeTaskDefinitionRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeTaskDefinition", request, EcsJson.Default.DescribeTaskDefinitionRequest, EcsJson.Default.JsonObject, cancellationToken);

    /// <summary>Registers a revision of a task definition's family; each request makes one more.</summary>
    public Task<RegisterTaskDefinitionResponse> RegisterTaskDefinitionAsync(RegisterTaskDefinitionRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("RegisterTaskDefinition", request, EcsJson.Default.RegisterTaskDefinitionRequest, EcsJson.Default.RegisterTaskDefinitionResponse, cancellationToken);

    /// <summary>
    /// Makes a revision INACTIVE: what runs goes on with it, nothing new begins with it. "Existing tasks and services that
    /// reference an INACTIVE task definition continue to run without disruption." (API reference.)
    /// </summary>
    public Task<DeregisterTaskDefinitionResponse> DeregisterTaskDefinitionAsync(DeregisterTaskDefinitionRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DeregisterTaskDefinition", request, EcsJson.Default.DeregisterTaskDefinitionRequest, EcsJson.Default.DeregisterTaskDefinitionResponse, cancellationToken);

    /// <summary>
    /// Starts a task that no service owns; one that cannot be placed is in <c>Failures</c>. The request may be sent again:
    /// ECS starts one task for a client token in a cluster. (Amazon ECS API reference, "Ensuring idempotency".)
    /// </summary>
    public Task<RunTaskResponse> RunTaskAsync(RunTaskRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("RunTask", request, EcsJson.Default.RunTaskRequest, EcsJson.Default.RunTaskResponse, cancellationToken);

    /// <summary>A page of a service's deployments, newest first; they are kept for 90 days.</summary>
    public Task<ListServiceDeploymentsResponse> ListServiceDeploymentsAsync(ListServiceDeploymentsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("ListServiceDeployments", request, EcsJson.Default.ListServiceDeploymentsRequest, EcsJson.Default.ListServiceDeploymentsResponse, cancellationToken);

    /// <summary>Service deployments by ARN, at most 20.</summary>
    public Task<DescribeServiceDeploymentsResponse> DescribeServiceDeploymentsAsync(DescribeServiceDeploymentsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeServiceDeployments", request, EcsJson.Default.DescribeServiceDeploymentsRequest, EcsJson.Default.DescribeServiceDeploymentsResponse, cancellationToken);

    /// <summary>Service revisions by ARN, at most 20: the task definitions and the digests of their images.</summary>
    public Task<DescribeServiceRevisionsResponse> DescribeServiceRevisionsAsync(DescribeServiceRevisionsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeServiceRevisions", request, EcsJson.Default.DescribeServiceRevisionsRequest, EcsJson.Default.DescribeServiceRevisionsResponse, cancellationToken);

    /// <summary>Stops a service deployment and rolls it back. Asked again, "the service deployment continues the rollback operation" (developer guide).</summary>
    public Task<StopServiceDeploymentResponse> StopServiceDeploymentAsync(StopServiceDeploymentRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("StopServiceDeployment", request, EcsJson.Default.StopServiceDeploymentRequest, EcsJson.Default.StopServiceDeploymentResponse, cancellationToken);

    /// <summary>A page of at most 100 task ARNs.</summary>
    public Task<ListTasksResponse> ListTasksAsync(ListTasksRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("ListTasks", request, EcsJson.Default.ListTasksRequest, EcsJson.Default.ListTasksResponse, cancellationToken);

    /// <summary>Tasks by id, at most 100.</summary>
    public Task<DescribeTasksResponse> DescribeTasksAsync(DescribeTasksRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeTasks", request, EcsJson.Default.DescribeTasksRequest, EcsJson.Default.DescribeTasksResponse, cancellationToken);
}
