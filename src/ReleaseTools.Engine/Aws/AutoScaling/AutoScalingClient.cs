using System.Text.Json.Nodes;

namespace ReleaseTools.Engine.Aws.AutoScaling;

/// <summary>
/// The operations of Application Auto Scaling by which an endpoint's scaling is kept over its re-creation. What is described is
/// registered again, so targets, policies and scheduled actions stay JSON: no member that AWS returns may be lost.
/// </summary>
public sealed class AutoScalingClient(IAwsCaller caller)
{
    private static AutoScalingJson Json => AutoScalingJson.Default;

    /// <summary>A page of scalable targets.</summary>
    public Task<DescribeScalableTargetsResponse> DescribeScalableTargetsAsync(DescribeScalableTargetsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeScalableTargets", request, Json.DescribeScalableTargetsRequest, Json.DescribeScalableTargetsResponse, cancellationToken);

    /// <summary>A page of a target's scaling policies.</summary>
    public Task<DescribeScalingPoliciesResponse> DescribeScalingPoliciesAsync(DescribeScalingPoliciesRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeScalingPolicies", request, Json.DescribeScalingPoliciesRequest, Json.DescribeScalingPoliciesResponse, cancellationToken);

    /// <summary>A page of a target's scheduled actions.</summary>
    public Task<DescribeScheduledActionsResponse> DescribeScheduledActionsAsync(DescribeScheduledActionsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeScheduledActions", request, Json.DescribeScheduledActionsRequest, Json.DescribeScheduledActionsResponse, cancellationToken);

    /// <summary>Registers a scalable target, or changes one. Sent twice it does the same.</summary>
    public Task<JsonObject> RegisterScalableTargetAsync(JsonObject request, CancellationToken cancellationToken) =>
        caller.CallAsync("RegisterScalableTarget", request, Json.JsonObject, Json.JsonObject, cancellationToken);

    /// <summary>Makes a scaling policy, or changes it. Sent twice it does the same.</summary>
    public Task<JsonObject> PutScalingPolicyAsync(JsonObject request, CancellationToken cancellationToken) =>
        caller.CallAsync("PutScalingPolicy", request, Json.JsonObject, Json.JsonObject, cancellationToken);

    /// <summary>Makes a scheduled action, or changes it. Sent twice it does the same.</summary>
    public Task<JsonObject> PutScheduledActionAsync(JsonObject request, CancellationToken cancellationToken) =>
        caller.CallAsync("PutScheduledAction", request, Json.JsonObject, Json.JsonObject, cancellationToken);
}
