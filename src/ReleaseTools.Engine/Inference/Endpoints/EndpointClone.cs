using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws.SageMaker;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// Turns the description of a model or of an endpoint configuration into the request that makes another one like it.
/// Every member that AWS returned stays, known here or not; only what the Create operation does not accept is left
/// out, and only the image, the names, the tags and what was asked for differ. (CreateModel, CreateEndpointConfig, API
/// reference.)
/// </summary>
internal static class EndpointClone
{
    // Members of the descriptions that the requests do not have.
    private static readonly string[] ReadOnlyOfModel = ["ModelArn", "CreationTime", "DeploymentRecommendation"];
    private static readonly string[] ReadOnlyOfConfig = ["EndpointConfigArn", "CreationTime"];

    /// <summary>The request for a model like the one described with other images in it, and another environment.</summary>
    public static JsonObject Model(ModelToClone source, string name, EndpointChange change, IEnumerable<Tag> tags)
    {
        var request = Copy(source.Model, ReadOnlyOfModel, tags);
        request["ModelName"] = name;
        var containers = ContainersOf(request);
        foreach (var (container, image) in source.Images)
            containers[container]["Image"] = image;
        if (source.Changed is { } changed)
            change.ApplyTo(containers[changed]);
        return request;
    }

    /// <summary>The request for a configuration like <paramref name="described"/> whose variants name other models.</summary>
    /// <param name="described">The configuration in use.</param>
    /// <param name="name">The new one's name.</param>
    /// <param name="modelByVariant">The model that each variant is to name; variants not in it keep theirs.</param>
    /// <param name="tags">The new one's tags.</param>
    public static JsonObject Config(JsonObject described, string name, IReadOnlyDictionary<string, string> modelByVariant, IEnumerable<Tag> tags)
    {
        var request = Copy(described, ReadOnlyOfConfig, tags);
        request["EndpointConfigName"] = name;
        foreach (var variant in VariantsOf(request))
        {
            if (modelByVariant.TryGetValue(Text(variant, "VariantName")!, out var model))
                variant["ModelName"] = model;
        }

        return request;
    }

    /// <summary>The production variants, then the shadow variants.</summary>
    public static IEnumerable<JsonObject> VariantsOf(JsonObject config) => ProductionVariantsOf(config).Concat(Objects(config["ShadowProductionVariants"]));

    /// <summary>The production variants.</summary>
    public static IEnumerable<JsonObject> ProductionVariantsOf(JsonObject config) => Objects(config["ProductionVariants"]);

    /// <summary>The containers: the primary one, or those of an inference pipeline.</summary>
    public static IReadOnlyList<JsonObject> ContainersOf(JsonObject model) =>
        model["PrimaryContainer"] is JsonObject primary ? [primary] : [.. Objects(model["Containers"])];

    /// <summary>A member's text; null when it has none.</summary>
    public static string? Text(JsonObject of, string member) => of[member] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A member's number; null when it has none.</summary>
    public static int? Number(JsonObject of, string member) => of[member] is JsonValue value && value.TryGetValue<int>(out var number) ? number : null;

    /// <summary>A member's time; null when it has none.</summary>
    public static DateTimeOffset? Time(JsonObject of, string member) =>
        of[member] is JsonValue value && value.TryGetValue<double>(out var seconds) ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    private static JsonObject Copy(JsonObject described, string[] readOnly, IEnumerable<Tag> tags)
    {
        var request = described.DeepClone().AsObject();
        foreach (var member in request.Where(member => member.Value is null || readOnly.Contains(member.Key, StringComparer.Ordinal)).Select(member => member.Key).ToList())
            request.Remove(member);
        request["Tags"] = new JsonArray([.. tags.Select(tag => new JsonObject { ["Key"] = tag.Key, ["Value"] = tag.Value })]);
        return request;
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? array) => (array as JsonArray)?.OfType<JsonObject>() ?? [];
}
