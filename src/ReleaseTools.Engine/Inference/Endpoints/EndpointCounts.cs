using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws.SageMaker;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// Who says how many instances a variant has. Autoscaling and people move a variant's count and weight past its configuration,
/// and UpdateEndpoint would put back what the configuration says; so they are retained, but for a count that was asked for.
/// (RetainAllVariantProperties, ExcludeRetainedVariantProperties, UpdateEndpoint, API reference.)
/// <code>
/// asked for     weights    counts
/// no count      retained   retained
/// a count       retained   from the new configuration: the count asked for, and in the other variants those they have now
/// </code>
/// A serverless variant has neither, and its endpoint no second one.
/// </summary>
internal static class EndpointCounts
{
    /// <summary>Puts instance type and count of a configuration that is to be as asked for.</summary>
    public static void Apply(EndpointPlan plan, JsonObject config)
    {
        foreach (var variant in EndpointClone.VariantsOf(config))
        {
            var name = EndpointClone.Text(variant, "VariantName")!;
            if (plan.Variants.Contains(name, StringComparer.Ordinal))
                plan.Options.Change.ApplyToVariant(variant);
            else if (plan.Options.Change.InstanceCount is not null && DeployedDigests.Variant(plan.Seen!, name)?.DesiredInstanceCount is > 0 and var live)
                variant["InitialInstanceCount"] = live;
        }
    }

    /// <summary>UpdateEndpoint's request for a plan.</summary>
    public static UpdateEndpointRequest Request(EndpointPlan plan, string configName)
    {
        var isServerless = EndpointClone.VariantsOf(plan.Config!).Any(variant => variant["ServerlessConfig"] is JsonObject);
        return new(plan.EndpointName, configName)
        {
            RetainAllVariantProperties = !isServerless,
            ExcludeRetainedVariantProperties = plan.Options.Change.InstanceCount is null || isServerless ? null : [new("DesiredInstanceCount")],
            DeploymentConfig = plan.Options.Deployment is { } deployment ? DeploymentConfigJson.Of(deployment) : null,

            // What an earlier update asked for, such as Terraform's, is not to be lost by one that asks for nothing.
            RetainDeploymentConfig = plan.Options.Deployment is null && plan.Seen?.LastDeploymentConfig is not null ? true : null,
        };
    }
}
