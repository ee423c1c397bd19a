using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Scans;

namespace ReleaseTools.Engine.Images.Pushes;

/// <summary>How to push.</summary>
public sealed record ImagePushOptions
{
    /// <summary>More tags for the same manifest, such as the one a service's task definition names.</summary>
    public IReadOnlyList<string> AlsoTags { get; init; } = [];

    /// <summary>How often a push that broke off is begun again; what is there by then is not sent again.</summary>
    public int Retries { get; init; } = 4;

    /// <summary>The severity from which on a finding of the registry's scan fails the push; as the image's definition says when null.</summary>
    public FindingSeverity? FailOnSeverity { get; init; }

    /// <summary>How long a scan is waited for.</summary>
    public TimeSpan ScanTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Makes a repository that is not there yet, with scan on push; one that is there stays as it is.</summary>
    public bool CreateRepository { get; init; }
}

/// <summary>What is to be done to get an image into the registry, and why.</summary>
/// <param name="Image">The built or reused image.</param>
/// <param name="Action"><see cref="ReleaseAction.Push"/> or <see cref="ReleaseAction.AlreadyPresent"/>.</param>
/// <param name="Reason">Why, as a sentence for people.</param>
/// <param name="Digest">The digest that the registry holds; null when it must be pushed.</param>
public sealed record ImagePushPlan(AppImage Image, ReleaseAction Action, string Reason, string? Digest)
{
    /// <summary>The image as it would come out of this plan, for <c>-WhatIf</c>.</summary>
    public EcrImage Predicted => Image.FailOnSeverity is { } severity
        ? Describe(ImagePushStatus.Planned) with { Reason = $"{Reason} {ScanGate.Prediction(severity)}" }
        : Describe(ImagePushStatus.Planned);

    /// <summary>Whether the repository is not there yet, and is made before the push.</summary>
    public bool CreatesRepository { get; init; }

    /// <summary>The tags that <see cref="Digest"/> is known to have.</summary>
    internal IReadOnlyList<string> HeldTags { get; init; } = [];

    internal EcrImage Describe(ImagePushStatus status) => new()
    {
        Name = Image.Name,
        Repository = Image.Repository,
        Tag = Image.Tag,
        Status = status,
        Reason = Reason,
        Services = Image.Services,
    };
}

/// <summary>What came of a push: the record, and the error beside it when it failed.</summary>
/// <param name="Image">In the registry, or failed.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record ImagePushResult(EcrImage Image, ReleaseException? Error = null);
