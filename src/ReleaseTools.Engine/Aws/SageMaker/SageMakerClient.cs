using System.Text.Json.Nodes;

namespace ReleaseTools.Engine.Aws.SageMaker;

/// <summary>The operations of Amazon SageMaker that a release uses.</summary>
public sealed class SageMakerClient(IAwsCaller caller)
{
    private static SageMakerJson Json => SageMakerJson.Default;

    /// <summary>An endpoint; one that is not there is a <c>ValidationException</c> ("Could not find endpoint").</summary>
    public Task<DescribeEndpointResponse> DescribeEndpointAsync(DescribeEndpointRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeEndpoint", request, Json.DescribeEndpointRequest, Json.DescribeEndpointResponse, cancellationToken);

    /// <summary>An endpoint, whole.</summary>
    public Task<JsonObject> DescribeEndpointWholeAsync(DescribeEndpointRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeEndpoint", request, Json.DescribeEndpointRequest, Json.JsonObject, cancellationToken);

    /// <summary>An endpoint configuration, whole.</summary>
    public Task<JsonObject> DescribeEndpointConfigAsync(DescribeEndpointConfigRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeEndpointConfig", request, Json.DescribeEndpointConfigRequest, Json.JsonObject, cancellationToken);

    /// <summary>A model, whole.</summary>
    public Task<JsonObject> DescribeModelAsync(DescribeModelRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeModel", request, Json.DescribeModelRequest, Json.JsonObject, cancellationToken);

    /// <summary>Makes a model.</summary>
    public Task<JsonObject> CreateModelAsync(JsonObject request, CancellationToken cancellationToken) =>
        caller.CallAsync("CreateModel", request, Json.JsonObject, Json.JsonObject, cancellationToken);

    /// <summary>Makes an endpoint configuration.</summary>
    public Task<JsonObject> CreateEndpointConfigAsync(JsonObject request, CancellationToken cancellationToken) =>
        caller.CallAsync("CreateEndpointConfig", request, Json.JsonObject, Json.JsonObject, cancellationToken);

    /// <summary>Starts an update of an endpoint to another configuration.</summary>
    public Task<UpdateEndpointResponse> UpdateEndpointAsync(UpdateEndpointRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("UpdateEndpoint", request, Json.UpdateEndpointRequest, Json.UpdateEndpointResponse, cancellationToken);

    /// <summary>Creates an endpoint. Of a name there is one: sent again it is refused as already existing.</summary>
    public Task<CreateEndpointResponse> CreateEndpointAsync(CreateEndpointRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("CreateEndpoint", request, Json.CreateEndpointRequest, Json.CreateEndpointResponse, cancellationToken);

    /// <summary>Deletes an endpoint, which is gone a while later.</summary>
    public Task<NoResponse> DeleteEndpointAsync(DeleteEndpointRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DeleteEndpoint", request, Json.DeleteEndpointRequest, Json.NoResponse, cancellationToken);

    /// <summary>A page of the region's endpoints.</summary>
    public Task<ListEndpointsResponse> ListEndpointsAsync(ListEndpointsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("ListEndpoints", request, Json.ListEndpointsRequest, Json.ListEndpointsResponse, cancellationToken);

    /// <summary>A page of the configurations of such names, newest first.</summary>
    public Task<ListEndpointConfigsResponse> ListEndpointConfigsAsync(ListEndpointConfigsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("ListEndpointConfigs", request, Json.ListEndpointConfigsRequest, Json.ListEndpointConfigsResponse, cancellationToken);

    /// <summary>A page of the models of such names, newest first.</summary>
    public Task<ListModelsResponse> ListModelsAsync(ListModelsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("ListModels", request, Json.ListModelsRequest, Json.ListModelsResponse, cancellationToken);

    /// <summary>A page of a resource's tags.</summary>
    public Task<ListTagsResponse> ListTagsAsync(ListTagsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("ListTags", request, Json.ListTagsRequest, Json.ListTagsResponse, cancellationToken);

    /// <summary>Puts tags on a resource; one of the same key gets the new value.</summary>
    public Task<AddTagsResponse> AddTagsAsync(AddTagsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("AddTags", request, Json.AddTagsRequest, Json.AddTagsResponse, cancellationToken);

    /// <summary>Takes tags off a resource; those that are not on it are no error.</summary>
    public Task<NoResponse> DeleteTagsAsync(DeleteTagsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DeleteTags", request, Json.DeleteTagsRequest, Json.NoResponse, cancellationToken);

    /// <summary>Deletes a model.</summary>
    public Task<NoResponse> DeleteModelAsync(DeleteModelRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DeleteModel", request, Json.DeleteModelRequest, Json.NoResponse, cancellationToken);

    /// <summary>Deletes an endpoint configuration. AWS does not refuse one that is in use: never do that.</summary>
    public Task<NoResponse> DeleteEndpointConfigAsync(DeleteEndpointConfigRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DeleteEndpointConfig", request, Json.DeleteEndpointConfigRequest, Json.NoResponse, cancellationToken);
}
