using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.SageMaker;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>What an endpoint's variants serve, by digest.</summary>
internal static class DeployedDigests
{
    /// <summary>The digest of the repository's image that a variant serves; null when it serves none, or SageMaker does not say.</summary>
    public static string? Of(DescribeEndpointResponse endpoint, string variantName, string repository) =>
        (endpoint.ProductionVariants ?? []).Concat(endpoint.ShadowProductionVariants ?? [])
            .Where(variant => variant.VariantName == variantName)
            .SelectMany(variant => variant.DeployedImages ?? [])
            .Select(image => image.ResolvedImage is null ? null : NamedImage.Parse(image.ResolvedImage))
            .FirstOrDefault(image => image?.Digest is not null && image.IsIn(repository))?.Digest;
}
