using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.AutoScaling;

/// <summary>
/// Application Auto Scaling, as far as registering the variants of SageMaker endpoints; it scales nothing. When an endpoint is deleted
/// its variants are deregistered "without notifying you": https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-delete-with-scaling.html
/// </summary>
internal sealed class AutoScalingService(SandboxWorld world) : SandboxService(world)
{
    private readonly ScalingTable targets = new("ScalableTarget", [], mostListed: 50);
    private readonly ScalingTable policies = new("PolicyName", ["PolicyName"], mostListed: 10);
    private readonly ScalingTable actions = new("ScheduledActionName", ["ScheduledActionName"], mostListed: 50);

    /// <inheritdoc/>
    public override string Name => "application-autoscaling";

    /// <inheritdoc/>
    public override string TargetPrefix => "AnyScaleFrontendService";

    /// <inheritdoc/>
    public override string? TargetOf(string operation, JsonObject request) => request.Text("ResourceId") ?? (request.Texts("ResourceIds") is [var first, ..] ? first : null);

    /// <inheritdoc/>
    public override JsonObject Invoke(string operation, JsonObject request)
    {
        if (request.Required("ServiceNamespace", ScalingTable.Invalid) is not "sagemaker")
            throw new SandboxException(ScalingTable.Invalid, "This sandbox scales nothing but the variants of SageMaker endpoints.");
        return operation switch
        {
            "RegisterScalableTarget" => Register(request),
            "DescribeScalableTargets" => targets.List(request, "ScalableTargets"),
            "DeregisterScalableTarget" => Deregister(request),
            "PutScalingPolicy" => PutPolicy(request),
            "DescribeScalingPolicies" => policies.List(request, "ScalingPolicies"),
            "DeleteScalingPolicy" => policies.Remove(request),
            "PutScheduledAction" => PutAction(request),
            "DescribeScheduledActions" => actions.List(request, "ScheduledActions"),
            "DeleteScheduledAction" => actions.Remove(request),
            _ => throw SandboxException.UnknownOperation(Name, operation),
        };
    }

    /// <inheritdoc/>
    public override void Advance(DateTimeOffset now)
    {
        foreach (var table in (ScalingTable[])[targets, policies, actions])
            table.RemoveWhere(one => !IsThere(one.Text("ResourceId")!));
    }

    /// <inheritdoc/>
    public override JsonObject Save() => new() { ["targets"] = targets.Save(), ["policies"] = policies.Save(), ["actions"] = actions.Save() };

    /// <inheritdoc/>
    public override void Load(JsonObject state)
    {
        targets.Load(state.Structures("targets"));
        policies.Load(state.Structures("policies"));
        actions.Load(state.Structures("actions"));
    }

    private JsonObject Register(JsonObject request)
    {
        var resource = request.Required("ResourceId", ScalingTable.Invalid);
        if (!IsThere(resource))
            throw new SandboxException(ScalingTable.Invalid, $"There is no variant for the resource id '{resource}'.");
        var known = targets.Find(request);
        if (known is null && (request.Number("MinCapacity") is null || request.Number("MaxCapacity") is null))
            throw new SandboxException(ScalingTable.Invalid, "MinCapacity and MaxCapacity must be specified when a scalable target is registered.");

        var arn = Arn("scalable-target", request);
        var target = Merged(known, request);
        target.Remove("Tags");
        target["RoleARN"] ??= $"arn:aws:iam::{World.Options.Account}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint";
        target["SuspendedState"] ??= new JsonObject { ["DynamicScalingInSuspended"] = false, ["DynamicScalingOutSuspended"] = false, ["ScheduledScalingSuspended"] = false };
        target["ScalableTargetARN"] = arn;
        targets.Put(target);
        return new JsonObject { ["ScalableTargetARN"] = arn };
    }

    private JsonObject PutPolicy(JsonObject request)
    {
        request.Required("PolicyName", ScalingTable.Invalid);
        RequireTarget(request);
        var policy = Merged(policies.Find(request), request);
        policy["PolicyARN"] = Arn("scalingPolicy", request);
        policy["Alarms"] = request["TargetTrackingScalingPolicyConfiguration"] is null
            ? new JsonArray()
            : new JsonArray(new JsonObject { ["AlarmName"] = $"TargetTracking-{request.Text("ResourceId")}", ["AlarmARN"] = World.Arn("cloudwatch", $"alarm:TargetTracking-{request.Text("ResourceId")}") });
        policies.Put(policy);
        return new JsonObject { ["PolicyARN"] = policy.Text("PolicyARN"), ["Alarms"] = policy["Alarms"]!.DeepClone() };
    }

    private JsonObject PutAction(JsonObject request)
    {
        request.Required("ScheduledActionName", ScalingTable.Invalid);
        RequireTarget(request);
        var action = Merged(actions.Find(request), request);
        action["ScheduledActionARN"] = Arn("scheduledAction", request);
        actions.Put(action);
        return [];
    }

    private JsonObject Deregister(JsonObject request)
    {
        targets.Remove(request);
        policies.RemoveWhere(one => ScalingTable.IsOfOneTarget(one, request));
        actions.RemoveWhere(one => ScalingTable.IsOfOneTarget(one, request));
        return [];
    }

    private void RequireTarget(JsonObject request)
    {
        if (targets.Find(request) is null)
            throw new SandboxException("ObjectNotFoundException", $"No scalable target registered for resource id '{request.Text("ResourceId")}'.");
    }

    // What an update does not give stays as it was.
    private JsonObject Merged(JsonObject? known, JsonObject request)
    {
        var merged = known?.DeepClone().AsObject() ?? new JsonObject { ["CreationTime"] = AnswerJson.Epoch(World.Now) };
        foreach (var (name, value) in request)
            merged[name] = value?.DeepClone();
        return merged;
    }

    private string Arn(string kind, JsonObject request) => World.Arn(
        "application-autoscaling", $"{kind}/{request.Text("ResourceId")}/{request.Text("PolicyName") ?? request.Text("ScheduledActionName")}".TrimEnd('/'));

    // endpoint/<endpoint>/variant/<variant>
    private bool IsThere(string resource) =>
        resource.Split('/') is ["endpoint", var endpoint, "variant", var variant] && World.Endpoints.HasVariant(endpoint, variant);
}
