using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.SageMaker;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>What an endpoint's variants serve, by digest.</summary>
internal static class DeployedDigests
{
    /// <summary>A variant of the endpoint, production or shadow; null when it has none of that name.</summary>
    public static ProductionVariantSummary? Variant(DescribeEndpointResponse endpoint, string variantName) =>
        (endpoint.ProductionVariants ?? []).Concat(endpoint.ShadowProductionVariants ?? []).FirstOrDefault(variant => variant.VariantName == variantName);

    /// <summary>The image that a variant serves for one that a container names: by the same words, else the first of its repository.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="variantName">The variant.</param>
    /// <param name="image">The image as the container's model names it.</param>
    /// <returns>It, by digest; null when the variant serves none, or SageMaker does not say.</returns>
    public static NamedImage? Of(DescribeEndpointResponse endpoint, string variantName, string image)
    {
        var repository = NamedImage.Parse(image).Repository;
        return (Variant(endpoint, variantName)?.DeployedImages ?? [])
            .OrderBy(deployed => deployed.SpecifiedImage == image ? 0 : 1)
            .Select(deployed => deployed.ResolvedImage is null ? null : NamedImage.Parse(deployed.ResolvedImage))
            .FirstOrDefault(resolved => resolved?.Digest is not null && resolved.IsIn(repository));
    }
}
