using System.Globalization;
using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Inference.Recovery.Diagnosis;

/// <summary>A configuration that an endpoint is, was or was to be on.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Arn">Its ARN.</param>
/// <param name="CreationTime">When it was made; it was never changed since.</param>
/// <param name="Tags">Its tags.</param>
internal sealed record HistoricConfig(string Name, string? Arn, DateTimeOffset? CreationTime, IReadOnlyList<Tag> Tags)
{
    /// <summary>What it would deploy; null where nobody looked.</summary>
    public ConfigContent? Content { get; init; }

    /// <summary>The endpoint that this module made it for; null where this module did not make it.</summary>
    public string? Endpoint => Tags.Value(EndpointTags.Endpoint);

    /// <summary>The release it was made for.</summary>
    public string? Release => Tags.Value(EndpointTags.Release);

    /// <summary>The configuration that the endpoint was on before.</summary>
    public string? PreviousConfig => Tags.Value(EndpointTags.PreviousConfig);

    /// <summary>When the endpoint was proven to serve it; null when it never was.</summary>
    public DateTimeOffset? Proven => DateTimeOffset.TryParse(Tags.Value(EndpointTags.Proven), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>Whether somebody looked, and all that it needs is there.</summary>
    public bool IsWhole => Content is { Lacks: null };
}

/// <summary>What a configuration would deploy, as far as it is there.</summary>
/// <param name="Config">The configuration, whole.</param>
/// <param name="Models">The models that its variants name, whole, by name; null for one that was deleted.</param>
/// <param name="Lacks">What keeps it from being deployed, as what one says of it; null when nothing does.</param>
internal sealed record ConfigContent(JsonObject Config, IReadOnlyDictionary<string, JsonObject?> Models, string? Lacks)
{
    /// <summary>The variants that name a model, and its name.</summary>
    public IEnumerable<(string Variant, string Model)> Variants => EndpointClone.VariantsOf(Config)
        .Where(variant => EndpointClone.Text(variant, "ModelName") is not null)
        .Select(variant => (EndpointClone.Text(variant, "VariantName")!, EndpointClone.Text(variant, "ModelName")!));

    /// <summary>The names of all variants.</summary>
    public IReadOnlyList<string> VariantNames => [.. EndpointClone.VariantsOf(Config).Select(variant => EndpointClone.Text(variant, "VariantName")!)];

    /// <summary>The models that were deleted.</summary>
    public IReadOnlyList<string> DeletedModels => [.. Models.Where(model => model.Value is null).Select(model => model.Key)];
}
