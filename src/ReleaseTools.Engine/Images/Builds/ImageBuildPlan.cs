using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>What is to become of an image, and why.</summary>
/// <param name="Image">The image as defined.</param>
/// <param name="Tag">The release tag.</param>
/// <param name="Fingerprint">A hash over everything it is made of; null when its changes cannot be told.</param>
/// <param name="Action"><see cref="ReleaseAction.Build"/> or <see cref="ReleaseAction.Reuse"/>.</param>
/// <param name="Reason">Why, as a sentence for people.</param>
/// <param name="Digest">The digest of the manifest to reuse; null for a build.</param>
public sealed record ImageBuildPlan(ReleaseImage Image, string Tag, string? Fingerprint, ReleaseAction Action, string Reason, string? Digest)
{
    /// <summary>The image as it would come out of this plan, for <c>-WhatIf</c>.</summary>
    public AppImage Predicted => Describe(Action == ReleaseAction.Reuse ? ImageBuildStatus.Reused : ImageBuildStatus.Planned);

    /// <summary>Whether it is built because its base image may have aged, so that the registry is asked for a newer one.</summary>
    internal bool HasAged { get; init; }

    /// <summary>When the registry got the image that is reused; null where it does not tell.</summary>
    internal DateTimeOffset? PushedAt { get; init; }

    internal AppImage Describe(ImageBuildStatus status) => new()
    {
        Name = Image.Name,
        Repository = Image.Repository,
        Tag = Tag,
        Status = status,
        Digest = status == ImageBuildStatus.Reused ? Digest : null,
        Fingerprint = Fingerprint,
        Platform = Image.Platform ?? ReleaseImage.DefaultPlatform,
        Reason = Reason,
        FailOnSeverity = Image.FailOnSeverity,
        Services = Image.Services,
    };
}

/// <summary>What came of a build: the record, and the error beside it when it failed.</summary>
/// <param name="Image">Built, reused or failed.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record ImageBuildResult(AppImage Image, ReleaseException? Error = null);
