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

    /// <summary>A page of at most 100 task ARNs.</summary>
    public Task<ListTasksResponse> ListTasksAsync(ListTasksRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("ListTasks", request, EcsJson.Default.ListTasksRequest, EcsJson.Default.ListTasksResponse, cancellationToken);

    /// <summary>Tasks by id, at most 100.</summary>
    public Task<DescribeTasksResponse> DescribeTasksAsync(DescribeTasksRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeTasks", request, EcsJson.Default.DescribeTasksRequest, EcsJson.Default.DescribeTasksResponse, cancellationToken);
}
