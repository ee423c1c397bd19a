using System.Text.Json.Nodes;
using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Inference.Recovery.Configs;

/// <summary>
/// Puts what an endpoint tells of itself into a configuration that is made again. It tells its variants' counts, weights and serverless
/// or routing settings and how it answers asynchronously, but neither instance types nor, whole, what it captures: "you may lose
/// visibility into the instance type the endpoint is using" (UpdateEndpoint, API reference).
/// </summary>
internal static class ServedConfig
{
    // As DescribeEndpoint names them, and as CreateEndpointConfig takes them.
    private static readonly (string Told, string Taken)[] OfVariant =
    [
        ("InstanceType", "InstanceType"), ("DesiredWeight", "InitialVariantWeight"), ("DesiredServerlessConfig", "ServerlessConfig"),
        ("ManagedInstanceScaling", "ManagedInstanceScaling"), ("RoutingConfig", "RoutingConfig"),
    ];

    private static readonly string[] OfEndpoint = ["AsyncInferenceConfig", "ExplainerConfig"];

    /// <summary>Puts it in.</summary>
    /// <param name="request">The request that makes the configuration.</param>
    /// <param name="endpoint">The endpoint, whole.</param>
    public static void Apply(JsonObject request, JsonObject endpoint)
    {
        foreach (var member in OfEndpoint.Where(member => endpoint[member] is not null))
            request[member] = endpoint[member]!.DeepClone();
        var told = EndpointClone.VariantsOf(endpoint).ToDictionary(variant => EndpointClone.Text(variant, "VariantName")!, StringComparer.Ordinal);
        foreach (var variant in EndpointClone.VariantsOf(request))
        {
            if (told.GetValueOrDefault(EndpointClone.Text(variant, "VariantName")!) is { } serving)
                ApplyTo(variant, serving);
        }
    }

    private static void ApplyTo(JsonObject variant, JsonObject serving)
    {
        foreach (var (member, taken) in OfVariant)
        {
            if (serving[member] is { } value)
                variant[taken] = value.DeepClone();
        }

        // One that is scaled to nothing for now is not to begin with nothing.
        if ((EndpointClone.Number(serving, "DesiredInstanceCount") ?? EndpointClone.Number(serving, "CurrentInstanceCount")) is > 0 and var count)
            variant["InitialInstanceCount"] = count;
    }
}
