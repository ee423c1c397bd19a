using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Recreations;

namespace ReleaseTools.Engine.Inference.Recovery.Diagnosis;

/// <summary>What was read of an endpoint, from which <see cref="EndpointDiagnoser"/> says what is wrong and what is next.</summary>
internal sealed record EndpointFacts
{
    /// <summary>The endpoint.</summary>
    public required string EndpointName { get; init; }

    /// <summary>When it was read.</summary>
    public required DateTimeOffset ReadAt { get; init; }

    /// <summary>The endpoint as described; null when there is none.</summary>
    public DescribeEndpointResponse? Endpoint { get; init; }

    /// <summary>The same, whole.</summary>
    public JsonObject? Described { get; init; }

    /// <summary>
    /// The configurations that are there: those that this module made for it, newest first, then the one it names and those that came
    /// before this module's first update. What was chosen among them has been looked into.
    /// </summary>
    public IReadOnlyList<HistoricConfig> History { get; init; } = [];

    /// <summary>The configuration by which one that was deleted in use is made again; null where there is none like it.</summary>
    public HistoricConfig? Pattern { get; init; }

    /// <summary>A re-creation that was begun and has not come to its end; null when there is none.</summary>
    public RecreationRecord? Interrupted { get; init; }

    /// <summary>What Terraform knows of it.</summary>
    public TerraformFacts Terraform { get; init; } = new(IsThere: false, ConfigName: null);

    /// <summary>Its status; <see cref="EndpointState.Missing"/> when it is not there.</summary>
    public string Status => Endpoint is null ? EndpointState.Missing : Endpoint.EndpointStatus ?? "Unknown";

    /// <summary>The configuration it names; null when that is not there.</summary>
    public HistoricConfig? Current => Endpoint?.EndpointConfigName is { } name ? Find(name) : null;

    /// <summary>The configuration of that name; null when it is not there.</summary>
    public HistoricConfig? Find(string name) => History.FirstOrDefault(config => config.Name == name);
}

/// <summary>What Terraform knows of an endpoint.</summary>
/// <param name="IsThere">Whether the definition names a Terraform directory.</param>
/// <param name="ConfigName">The configuration that its state has the endpoint on; null where that is not known.</param>
internal sealed record TerraformFacts(bool IsThere, string? ConfigName);
