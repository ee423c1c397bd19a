using System.Globalization;
using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// What SageMaker allows of a deployment, checked before anything is made. (DeploymentConfig and its parts, API reference;
/// "Exclusions" of deployment guardrails, developer guide.)
/// <code>
/// strategy     step size            of the instances   not with
/// AllAtOnce    none                 –                  –
/// Canary       at most 50 %         of each variant    one instance, serverless, Inf1
/// Linear       10 to 50 %           of each variant    one instance, serverless, Inf1
/// Rolling      5 to 50 %            of the variant     one instance, serverless, Inf1, several variants
/// waits 0 to 3,600 s; a deployment 600 to 28,800 s, and longer than it waits; 1 to 10 alarms
/// </code>
/// Where SageMaker would not refuse but fall back to all at once, as with Inf1, it is refused here: somebody counts on the steps.
/// </summary>
internal static class EndpointDeploymentRules
{
    private const int LongestWait = 3600;
    private const int ShortestTimeout = 600;
    private const int LongestTimeout = 28_800;
    private const int MostAlarms = 10;
    private const int LongestAlarmName = 255;

    /// <summary>Checks it by itself.</summary>
    /// <exception cref="ReleaseException">EndpointDeploymentInvalid.</exception>
    public static void Check(EndpointDeployment? deployment)
    {
        if (deployment is null)
            return;
        var (least, most) = Bounds(deployment.Strategy);
        Refuse(deployment.Strategy == EndpointStrategy.AllAtOnce && deployment.StepSize is not null, "all at once takes no step size");
        Refuse(deployment.Strategy != EndpointStrategy.AllAtOnce && deployment.StepSize is null, $"a {Name(deployment)} deployment takes a step size, such as {Math.Max(least, 10)}%");
        Refuse(deployment.StepSize is { IsPercent: true } step && (step.Value < least || step.Value > most), $"a {Name(deployment)} deployment takes steps of {least} to {most} percent, not {deployment.StepSize}");
        Refuse(deployment.RollbackStepSize is not null && deployment.Strategy != EndpointStrategy.Rolling, "only a rolling deployment takes a step size for its rollback");
        Refuse(deployment.RollbackStepSize is { IsPercent: true } back && back.Value is < 5 or > 100, $"a rollback takes steps of 5 to 100 percent, not {deployment.RollbackStepSize}");
        Refuse(deployment.TerminationWait is not null && deployment.Strategy == EndpointStrategy.Rolling, "a rolling deployment keeps no former instances: it takes no termination wait");
        Refuse(deployment.Baking.TotalSeconds is < 0 or > LongestWait, $"the wait after a step is at most {LongestWait} seconds");
        Refuse(deployment.TerminationWait?.TotalSeconds is < 0 or > LongestWait, $"the wait before the former instances are ended is at most {LongestWait} seconds");
        Refuse(deployment.Timeout?.TotalSeconds is < ShortestTimeout or > LongestTimeout, $"a deployment may take {ShortestTimeout} to {LongestTimeout} seconds");
        Refuse(deployment.Timeout <= deployment.Waits, $"a deployment that waits {deployment.Waits.TotalSeconds:0} seconds in all cannot end within {deployment.Timeout?.TotalSeconds:0}");
        Refuse(deployment.Alarms.Count > MostAlarms, $"it takes at most {MostAlarms} alarms, not {deployment.Alarms.Count}");
        Refuse(deployment.Alarms.Any(alarm => string.IsNullOrWhiteSpace(alarm) || alarm.Length > LongestAlarmName), $"an alarm's name has 1 to {LongestAlarmName} characters");

        void Refuse(bool isWrong, string why)
        {
            if (isWrong)
                throw ReleaseException.For(nameof(Messages.EndpointDeploymentInvalid), ErrorKind.InvalidArgument, target: null, why);
        }
    }

    /// <summary>Checks it for an endpoint: its variants, and how many instances they will have.</summary>
    /// <exception cref="ReleaseException">EndpointDeploymentNotPossible, EndpointVariantNotResizable.</exception>
    public static void CheckFor(EndpointPlan plan)
    {
        var change = plan.Options.Change;
        var variants = EndpointClone.ProductionVariantsOf(plan.Config!).ToList();
        foreach (var variant in EndpointClone.VariantsOf(plan.Config!).Where(variant => plan.Variants.Contains(Variant(variant), StringComparer.Ordinal)))
        {
            var instead = variant["ServerlessConfig"] is JsonObject && change.IsOfInstances ? "it is serverless"
                : variant["InstancePools"] is JsonArray && change.InstanceType is not null ? "its instances come from pools of several types" : null;
            if (instead is not null)
                throw ReleaseException.For(nameof(Messages.EndpointVariantNotResizable), ErrorKind.InvalidState, plan.EndpointName, plan.EndpointName, Variant(variant), instead);
        }

        if (plan.Options.Deployment is not { Strategy: not EndpointStrategy.AllAtOnce } deployment)
            return;
        if (deployment.Strategy == EndpointStrategy.Rolling && variants.Count > 1)
            throw NotPossible(plan, "a rolling deployment is for endpoints of one variant");
        foreach (var variant in variants)
            CheckVariant(plan, deployment, variant);
    }

    private static void CheckVariant(EndpointPlan plan, EndpointDeployment deployment, JsonObject variant)
    {
        var isChanged = plan.Variants.Contains(Variant(variant), StringComparer.Ordinal);
        if (variant["ServerlessConfig"] is JsonObject)
            throw NotPossible(plan, $"its variant {Variant(variant)} is serverless, which is deployed all at once");
        if ((isChanged ? plan.Options.Change.InstanceType : null) is var asked && (asked ?? EndpointClone.Text(variant, "InstanceType"))?.StartsWith("ml.inf1.", StringComparison.Ordinal) == true)
            throw NotPossible(plan, $"its variant {Variant(variant)} runs on Inf1, which SageMaker deploys all at once");

        var count = (isChanged ? plan.Options.Change.InstanceCount : null)
            ?? DeployedDigests.Variant(plan.Seen!, Variant(variant))?.DesiredInstanceCount ?? EndpointClone.Number(variant, "InitialInstanceCount") ?? 1;
        var (least, most) = Bounds(deployment.Strategy);
        if (count < 2)
            throw NotPossible(plan, $"its variant {Variant(variant)} has fewer than two instances, which are deployed all at once");
        if (deployment.StepSize is { IsPercent: false, Value: var step } && (step * 100 < least * count || step * 100 > most * count))
            throw NotPossible(plan, string.Create(CultureInfo.InvariantCulture, $"a step of {deployment.StepSize} is not {least} to {most} percent of the {count} of its variant {Variant(variant)}"));
    }

    private static (int Least, int Most) Bounds(EndpointStrategy strategy) => strategy switch
    {
        EndpointStrategy.Linear => (10, 50),
        EndpointStrategy.Rolling => (5, 50),
        _ => (1, 50),
    };

    private static ReleaseException NotPossible(EndpointPlan plan, string why) =>
        ReleaseException.For(nameof(Messages.EndpointDeploymentNotPossible), ErrorKind.InvalidArgument, plan.EndpointName, plan.EndpointName, why);

    private static string Name(EndpointDeployment deployment) => deployment.Strategy switch
    {
        EndpointStrategy.Canary => "canary",
        EndpointStrategy.Linear => "linear",
        _ => "rolling",
    };

    private static string Variant(JsonObject variant) => EndpointClone.Text(variant, "VariantName")!;
}
