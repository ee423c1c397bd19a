using System.Text.Json.Nodes;

namespace ReleaseTools.Engine.Aws.AutoScaling;

// Requests and responses of just the operations used, in the words of the Application Auto Scaling API reference (2016-02-06).
#pragma warning disable CS1591 // the members are AWS's own; its API reference describes them

public sealed record DescribeScalableTargetsRequest(string ServiceNamespace, IReadOnlyList<string> ResourceIds)
{
    public string? NextToken { get; init; }
}

public sealed record DescribeScalableTargetsResponse(IReadOnlyList<JsonObject>? ScalableTargets, string? NextToken);

public sealed record DescribeScalingPoliciesRequest(string ServiceNamespace, string ResourceId)
{
    public string? NextToken { get; init; }
}

public sealed record DescribeScalingPoliciesResponse(IReadOnlyList<JsonObject>? ScalingPolicies, string? NextToken);

public sealed record DescribeScheduledActionsRequest(string ServiceNamespace, string ResourceId)
{
    public string? NextToken { get; init; }
}

public sealed record DescribeScheduledActionsResponse(IReadOnlyList<JsonObject>? ScheduledActions, string? NextToken);
