using System.Text.Json.Nodes;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>What to do with an endpoint.</summary>
public enum EndpointAction
{
    /// <summary>Nothing: it serves the digest.</summary>
    Unchanged,

    /// <summary>Update it.</summary>
    Update,

    /// <summary>Wait until it no longer moves by itself, then look again.</summary>
    Wait,
}

/// <summary>What would be done with an endpoint, and why; made by reads alone.</summary>
public sealed record EndpointPlan
{
    /// <summary>The endpoint.</summary>
    public required string EndpointName { get; init; }

    /// <summary>The image to serve.</summary>
    public required EcrImage Image { get; init; }

    /// <summary>What to do.</summary>
    public required EndpointAction Action { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    /// <summary>The configuration in use.</summary>
    public string? EndpointConfigName { get; init; }

    /// <summary>The digest served now, of the first variant that serves another one.</summary>
    public string? PreviousDigest { get; init; }

    /// <summary>How it is to be updated.</summary>
    public required EndpointUpdateOptions Options { get; init; }

    /// <summary>The digests that prove the image: its own, and those its index lists.</summary>
    internal IReadOnlyCollection<string> AcceptedDigests { get; init; } = [];

    /// <summary>The configuration in use, whole.</summary>
    internal JsonObject? Config { get; init; }

    /// <summary>The models to clone and the variants that name them.</summary>
    internal IReadOnlyList<ModelToClone> Models { get; init; } = [];

    /// <summary>The variants that are to serve the image.</summary>
    internal IReadOnlyList<string> Variants => [.. Models.SelectMany(model => model.Variants)];

    /// <summary>The record that says what would be, or need not be, done.</summary>
    public EndpointUpdate ToUpdate() => new()
    {
        EndpointName = EndpointName,
        Status = Action == EndpointAction.Unchanged ? EndpointUpdateStatus.Unchanged : EndpointUpdateStatus.Planned,
        Digest = Image.Digest,
        ImageUri = Image.ImageUri,
        PreviousDigest = PreviousDigest,
        EndpointConfigName = Action == EndpointAction.Unchanged ? EndpointConfigName : null,
        PreviousEndpointConfigName = EndpointConfigName,
        VariantName = Variants.Count == 0 ? Options.VariantName : string.Join(", ", Variants),
        Reason = Reason,
    };
}

/// <summary>A model in use, whole, the container in it whose image is to be replaced, and the variants that name it.</summary>
internal sealed record ModelToClone(JsonObject Model, int Container, IReadOnlyList<string> Variants);
