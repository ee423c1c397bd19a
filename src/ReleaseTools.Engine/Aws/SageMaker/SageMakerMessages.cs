using System.Text.Json.Nodes;

namespace ReleaseTools.Engine.Aws.SageMaker;

// Requests and responses of just the operations used, in the words of the Amazon SageMaker API reference (2017-07-24).
// Models and endpoint configurations are cloned, so those stay JSON: no field that AWS returns may be lost.
#pragma warning disable CS1591 // the members are AWS's own; its API reference describes them

public sealed record DescribeEndpointRequest(string EndpointName);

public sealed record DescribeEndpointResponse(
    string? EndpointName, string? EndpointArn, string? EndpointConfigName, string? EndpointStatus, string? FailureReason,
    DateTimeOffset? CreationTime, DateTimeOffset? LastModifiedTime, IReadOnlyList<ProductionVariantSummary>? ProductionVariants, PendingDeploymentSummary? PendingDeploymentSummary)
{
    public IReadOnlyList<ProductionVariantSummary>? ShadowProductionVariants { get; init; }
    public JsonObject? LastDeploymentConfig { get; init; }
}

public sealed record ProductionVariantSummary(string? VariantName, IReadOnlyList<DeployedImage>? DeployedImages, int? CurrentInstanceCount, int? DesiredInstanceCount, IReadOnlyList<VariantStatus>? VariantStatus);
public sealed record DeployedImage(string? SpecifiedImage, string? ResolvedImage, DateTimeOffset? ResolutionTime);
public sealed record VariantStatus(string? Status, string? StatusMessage, DateTimeOffset? StartTime);
public sealed record PendingDeploymentSummary(string? EndpointConfigName, DateTimeOffset? StartTime)
{
    public IReadOnlyList<ProductionVariantSummary>? ProductionVariants { get; init; }
    public IReadOnlyList<ProductionVariantSummary>? ShadowProductionVariants { get; init; }
}

public sealed record DescribeEndpointConfigRequest(string EndpointConfigName);
public sealed record DescribeModelRequest(string ModelName);

public sealed record UpdateEndpointRequest(string EndpointName, string EndpointConfigName) : IEffectOncePerCall
{
    public bool? RetainAllVariantProperties { get; init; }
    public IReadOnlyList<VariantProperty>? ExcludeRetainedVariantProperties { get; init; }
    public JsonObject? DeploymentConfig { get; init; }
    public bool? RetainDeploymentConfig { get; init; }
}

public sealed record VariantProperty(string VariantPropertyType);

public sealed record UpdateEndpointResponse(string? EndpointArn);

public sealed record CreateEndpointRequest(string EndpointName, string EndpointConfigName)
{
    public IReadOnlyList<Tag>? Tags { get; init; }
}

public sealed record CreateEndpointResponse(string? EndpointArn);
public sealed record DeleteEndpointRequest(string EndpointName) : IEffectOncePerCall;

public sealed record ListEndpointsRequest
{
    public string? NextToken { get; init; }
    public int MaxResults { get; init; } = 100;
}

public sealed record ListEndpointsResponse(IReadOnlyList<EndpointSummary>? Endpoints, string? NextToken);
public sealed record EndpointSummary(string? EndpointName, string? EndpointArn, string? EndpointStatus);

public sealed record ListEndpointConfigsRequest(string NameContains)
{
    public string? NextToken { get; init; }
    public int MaxResults { get; init; } = 100;
    public string SortBy { get; init; } = "CreationTime";
    public string SortOrder { get; init; } = "Descending";
}

public sealed record ListEndpointConfigsResponse(IReadOnlyList<EndpointConfigSummary>? EndpointConfigs, string? NextToken);
public sealed record EndpointConfigSummary(string? EndpointConfigName, string? EndpointConfigArn, DateTimeOffset? CreationTime);

public sealed record ListModelsRequest(string NameContains)
{
    public string? NextToken { get; init; }
    public int MaxResults { get; init; } = 100;
    public string SortBy { get; init; } = "CreationTime";
    public string SortOrder { get; init; } = "Descending";
}

public sealed record ListModelsResponse(IReadOnlyList<ModelSummary>? Models, string? NextToken);
public sealed record ModelSummary(string? ModelName, string? ModelArn, DateTimeOffset? CreationTime);

public sealed record ListTagsRequest(string ResourceArn)
{
    public string? NextToken { get; init; }
}

public sealed record ListTagsResponse(IReadOnlyList<Tag>? Tags, string? NextToken);
public sealed record AddTagsRequest(string ResourceArn, IReadOnlyList<Tag> Tags);
public sealed record AddTagsResponse(IReadOnlyList<Tag>? Tags);
public sealed record DeleteTagsRequest(string ResourceArn, IReadOnlyList<string> TagKeys);
public sealed record Tag(string Key, string Value);
public sealed record DeleteModelRequest(string ModelName);
public sealed record DeleteEndpointConfigRequest(string EndpointConfigName);
public sealed record NoResponse;
