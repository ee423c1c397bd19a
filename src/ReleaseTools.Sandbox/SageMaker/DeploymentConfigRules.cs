using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>The bounds of a deployment: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DeploymentConfig.html</summary>
internal static class DeploymentConfigRules
{
    private const int ShortestTimeout = 600;
    private const int LongestTimeout = 28_800;
    private const int LongestWait = 3600;

    /// <summary>Refuses what SageMaker refuses.</summary>
    public static void Validate(JsonObject config)
    {
        var (blueGreen, rolling) = (config.Structure("BlueGreenUpdatePolicy"), config.Structure("RollingUpdatePolicy"));
        if (blueGreen is null == rolling is null)
            throw SageMakerErrors.Invalid("Exactly one of BlueGreenUpdatePolicy and RollingUpdatePolicy must be specified.");
        Timeout(blueGreen ?? rolling!);
        if (blueGreen is not null)
            Routing(blueGreen.Structure("TrafficRoutingConfiguration") ?? throw SageMakerErrors.Missing("TrafficRoutingConfiguration"));
        Wait(blueGreen, "TerminationWaitInSeconds", isRequired: false);
        if (rolling is not null)
        {
            Wait(rolling, "WaitIntervalInSeconds", isRequired: true);
            if (rolling["MaximumBatchSize"] is null)
                throw SageMakerErrors.Missing("MaximumBatchSize");
            Percent(rolling, "MaximumBatchSize", 5, 50);
            Percent(rolling, "RollbackMaximumBatchSize", 5, 100);
        }
        if (config.Structure("AutoRollbackConfiguration") is { } rollback && rollback["Alarms"] is not null && rollback.Structures("Alarms").Count is < 1 or > 10)
            throw SageMakerErrors.Invalid("AutoRollbackConfiguration takes between 1 and 10 alarms.");
    }

    private static void Routing(JsonObject routing)
    {
        Wait(routing, "WaitIntervalInSeconds", isRequired: true);
        switch (routing.Text("Type"))
        {
            case "ALL_AT_ONCE":
                break;
            case "CANARY":
                Percent(routing, "CanarySize", 1, 50);
                break;
            case "LINEAR":
                Percent(routing, "LinearStepSize", 10, 50);
                break;
            default:
                throw SageMakerErrors.Invalid("TrafficRoutingConfiguration.Type must be one of ALL_AT_ONCE, CANARY, LINEAR.");
        }
    }

    private static void Timeout(JsonObject policy)
    {
        if (policy.Number("MaximumExecutionTimeoutInSeconds") is < ShortestTimeout or > LongestTimeout)
            throw SageMakerErrors.Invalid($"MaximumExecutionTimeoutInSeconds must be between {ShortestTimeout} and {LongestTimeout}.");
    }

    private static void Wait(JsonObject? owner, string member, bool isRequired)
    {
        if (owner is not null && isRequired && owner[member] is null)
            throw SageMakerErrors.Missing(member);
        if (owner?.Number(member) is < 0 or > LongestWait)
            throw SageMakerErrors.Invalid($"{member} must be between 0 and {LongestWait}.");
    }

    // A size in instances is bounded by the endpoint's own, which is not looked at here.
    private static void Percent(JsonObject owner, string member, int least, int most)
    {
        if (owner.Structure(member) is { } size && size.Text("Type") is "CAPACITY_PERCENT" && (size.Number("Value") is not { } value || value < least || value > most))
            throw SageMakerErrors.Invalid($"{member} must be between {least} and {most} percent.");
    }
}
