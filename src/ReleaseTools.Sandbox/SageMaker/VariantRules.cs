using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>What a configuration's variants must have: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProductionVariant.html</summary>
internal static class VariantRules
{
    /// <summary>Refuses variants that could not be deployed.</summary>
    public static void Validate(IReadOnlyList<JsonObject> variants)
    {
        foreach (var variant in variants)
        {
            var name = ResourceTable.NameIn(variant, "VariantName");
            variant.Text("ModelName");
            variant["InitialVariantWeight"]?.AsValue();
            if (variant.Structure("ServerlessConfig") is not null)
                continue;
            if (variant.Text("InstanceType") is null || variant.Number("InitialInstanceCount") is not >= 1)
                throw SageMakerErrors.Invalid($"Either ServerlessConfig, or InstanceType and InitialInstanceCount must be specified for the variant \"{name}\".");
        }

        if (variants.DistinctBy(variant => variant.Text("VariantName"), StringComparer.Ordinal).Count() < variants.Count)
            throw SageMakerErrors.Invalid("The variant names of an endpoint configuration must be unique.");
    }

    /// <summary>Refuses an update that would exchange variants: an endpoint keeps their names.</summary>
    public static void RequireSameNames(Endpoint endpoint, JsonObject config)
    {
        if (endpoint.Current is { } current && !Names(current.Config).SetEquals(Names(config)))
            throw SageMakerErrors.Invalid($"The variant names of endpoint configuration \"{config.Text("EndpointConfigName")}\" are not those of the endpoint \"{endpoint.Arn}\".");
    }

    private static HashSet<string?> Names(JsonObject config) =>
        config.Structures("ProductionVariants").Select(variant => variant.Text("VariantName")).ToHashSet(StringComparer.Ordinal);
}
