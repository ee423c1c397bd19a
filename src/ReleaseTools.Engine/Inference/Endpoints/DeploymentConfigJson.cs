using System.Text.Json.Nodes;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>SageMaker's DeploymentConfig, as JSON.</summary>
internal static class DeploymentConfigJson
{
    /// <summary>The alarms that a DeploymentConfig names, such as the one of an endpoint's last update.</summary>
    public static IReadOnlyList<string> AlarmsOf(JsonObject? config) =>
        [.. ((config?["AutoRollbackConfiguration"] as JsonObject)?["Alarms"] as JsonArray ?? []).OfType<JsonObject>().Select(alarm => EndpointClone.Text(alarm, "AlarmName")).OfType<string>()];

    /// <summary>The DeploymentConfig of UpdateEndpoint.</summary>
    public static JsonObject Of(EndpointDeployment deployment)
    {
        var config = deployment.Strategy == EndpointStrategy.Rolling
            ? new JsonObject { ["RollingUpdatePolicy"] = Rolling(deployment) }
            : new JsonObject { ["BlueGreenUpdatePolicy"] = BlueGreen(deployment) };
        if (deployment.Alarms.Count > 0)
            config["AutoRollbackConfiguration"] = new JsonObject { ["Alarms"] = new JsonArray([.. deployment.Alarms.Select(alarm => new JsonObject { ["AlarmName"] = alarm })]) };
        return config;
    }

    private static JsonObject Rolling(EndpointDeployment deployment)
    {
        var policy = new JsonObject { ["MaximumBatchSize"] = Size(deployment.StepSize!), ["WaitIntervalInSeconds"] = (int)deployment.Baking.TotalSeconds };
        if (deployment.RollbackStepSize is not null)
            policy["RollbackMaximumBatchSize"] = Size(deployment.RollbackStepSize);
        return WithTimeout(policy, deployment);
    }

    private static JsonObject BlueGreen(EndpointDeployment deployment)
    {
        var routing = new JsonObject
        {
            ["Type"] = deployment.Strategy switch { EndpointStrategy.Canary => "CANARY", EndpointStrategy.Linear => "LINEAR", _ => "ALL_AT_ONCE" },
            ["WaitIntervalInSeconds"] = (int)deployment.Baking.TotalSeconds,
        };
        if (deployment.StepSize is not null)
            routing[deployment.Strategy == EndpointStrategy.Canary ? "CanarySize" : "LinearStepSize"] = Size(deployment.StepSize);
        var policy = new JsonObject { ["TrafficRoutingConfiguration"] = routing };
        if (deployment.TerminationWait is { } wait)
            policy["TerminationWaitInSeconds"] = (int)wait.TotalSeconds;
        return WithTimeout(policy, deployment);
    }

    private static JsonObject WithTimeout(JsonObject policy, EndpointDeployment deployment)
    {
        if (deployment.Timeout is { } timeout)
            policy["MaximumExecutionTimeoutInSeconds"] = (int)timeout.TotalSeconds;
        return policy;
    }

    private static JsonObject Size(CapacitySize size) => new() { ["Type"] = size.IsPercent ? "CAPACITY_PERCENT" : "INSTANCE_COUNT", ["Value"] = size.Value };
}
