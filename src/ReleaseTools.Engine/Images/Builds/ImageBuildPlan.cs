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

    internal AppImage Describe(ImageBuildStatus status) => new()
    {
        Name = Image.Name,
        Repository = Image.Repository,
        Tag = Tag,
        Status = status,
        Digest = status == ImageBuildStatus.Reused ? Digest : null,
        Fingerprint = Fingerprint,
        Platform = Image.Platform,
        Reason = Reason,
        Services = Image.Services,
    };
}

/// <summary>How to build.</summary>
public sealed record ImageBuildOptions
{
    /// <summary>The folder for log files; <c>.releasetools/logs</c> of the image's workspace when null.</summary>
    public string? LogFolder { get; init; }

    /// <summary>Labels put on the image, such as <c>org.opencontainers.image.revision</c>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Use no cached step.</summary>
    public bool NoCache { get; init; }

    /// <summary>Ask the registry for newer base images.</summary>
    public bool Pull { get; init; }
}

/// <summary>What came of a build: the record, and the error beside it when it failed.</summary>
/// <param name="Image">Built, reused or failed.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
public sealed record ImageBuildResult(AppImage Image, ReleaseException? Error = null);
