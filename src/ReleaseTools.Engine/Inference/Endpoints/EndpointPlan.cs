using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.SageMaker;

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

    /// <summary>The image to serve; null for what it serves.</summary>
    public EcrImage? Image { get; init; }

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

    /// <summary>
    /// Whether the configuration of an endpoint that is <see cref="EndpointAction.Unchanged"/> is still to be marked as proven, a tag that
    /// whoever updated it was stopped before.
    /// </summary>
    public bool OwesProof { get; init; }

    /// <summary>The endpoint as the plan found it.</summary>
    internal DescribeEndpointResponse? Seen { get; init; }

    /// <summary>The configuration in use, whole.</summary>
    internal JsonObject? Config { get; init; }

    /// <summary>The models to clone and the variants that name them.</summary>
    internal IReadOnlyList<ModelToClone> Models { get; init; } = [];

    /// <summary>The variants that are updated.</summary>
    internal IReadOnlyList<string> Variants { get; init; } = [];

    /// <summary>What proves the update.</summary>
    internal IReadOnlyList<ImageGoal> Goals { get; init; } = [];

    /// <summary>The image that is to be served, by digest; null where it is not known yet, or variants serve different ones.</summary>
    internal string? ImageUri => Image is not null ? Image.ImageUri : Goals.Select(goal => goal.ImageUri).Distinct(StringComparer.Ordinal).ToList() is [var one] ? one : null;

    /// <summary>The record that says what would be, or need not be, done.</summary>
    public EndpointUpdate ToUpdate() => new()
    {
        EndpointName = EndpointName,
        Status = Action == EndpointAction.Unchanged ? EndpointUpdateStatus.Unchanged : EndpointUpdateStatus.Planned,
        Digest = Image?.Digest ?? (ImageUri is null ? null : NamedImage.Parse(ImageUri).Digest),
        ImageUri = ImageUri,
        PreviousDigest = PreviousDigest,
        EndpointConfigName = Action == EndpointAction.Unchanged ? EndpointConfigName : null,
        PreviousEndpointConfigName = EndpointConfigName,
        VariantName = Variants.Count == 0 ? Options.VariantName : string.Join(", ", Variants),
        Reason = Reason,
    };
}

/// <summary>An image that a variant is to serve.</summary>
/// <param name="VariantName">The variant.</param>
/// <param name="ImageUri">The image, by digest, as the model names it.</param>
/// <param name="AcceptedDigests">The digests that prove it: its own, and those its index lists.</param>
internal sealed record ImageGoal(string VariantName, string ImageUri, IReadOnlyCollection<string> AcceptedDigests)
{
    /// <summary>The digest.</summary>
    public string Digest => NamedImage.Parse(ImageUri).Digest!;

    /// <summary>The repository.</summary>
    public string Repository => NamedImage.Parse(ImageUri).Repository;

    /// <summary>The digest that the variant serves instead; null where it serves none of the repository.</summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="servedDigest">That digest.</param>
    /// <returns>Whether the goal is reached.</returns>
    public bool IsReached(DescribeEndpointResponse endpoint, out string? servedDigest)
    {
        servedDigest = DeployedDigests.Of(endpoint, VariantName, ImageUri)?.Digest;
        return servedDigest is not null && AcceptedDigests.Contains(servedDigest, StringComparer.Ordinal);
    }
}
