using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;

namespace ReleaseTools.Engine.Inference.Recovery.Configs;

/// <summary>Tells which models an endpoint's variants were deployed from, by the images they serve.</summary>
internal static class ServedImages
{
    /// <summary>Whether a variant serves the images of a model: each by the words that the model names it with, or by its digest.</summary>
    public static bool AreOf(DescribeEndpointResponse endpoint, string variant, JsonObject model)
    {
        var served = DeployedDigests.Variant(endpoint, variant)?.DeployedImages ?? [];
        var images = ConfigContents.ImagesOf(model).ToList();
        return images.Count > 0 && images.Count == served.Count && images.TrueForAll(image => served.Any(one => Is(one, image)));
    }

    /// <summary>A model with the images that a variant serves, by digest; null where SageMaker does not tell them all.</summary>
    public static ModelToClone? Of(DescribeEndpointResponse endpoint, string variant, JsonObject model)
    {
        var images = new Dictionary<int, string>();
        var containers = EndpointClone.ContainersOf(model);
        for (var i = 0; i < containers.Count; i++)
        {
            if (EndpointClone.Text(containers[i], "Image") is not { } image)
                continue;
            if (DeployedDigests.Of(endpoint, variant, image) is not { } served)
                return null;
            images[i] = $"{served.Repository}@{served.Digest}";
        }

        return images.Count == 0 ? null : new(model, images, Changed: null, [variant]);
    }

    private static bool Is(DeployedImage served, string image) =>
        served.SpecifiedImage == image
        || (served.ResolvedImage is { } resolved && NamedImage.Parse(image) is { Digest: { } digest } named && NamedImage.Parse(resolved) is var one && one.Digest == digest && one.IsIn(named.Repository));
}
