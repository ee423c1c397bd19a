using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Inference.Builds;
using ReleaseTools.Engine.Releases.Running;

namespace ReleaseTools.Engine.Releases.Workspace;

/// <summary>What is to become of an image, and where.</summary>
public sealed record WorkspaceBuildPlan
{
    /// <summary>To be built or reused by Docker.</summary>
    internal WorkspaceBuildPlan(ReleaseImage image, ImageBuildPlan docker)
        : this(image, docker, codeBuild: null, how: null) => PushedAt = docker.PushedAt;

    /// <summary>To be built or reused by CodeBuild.</summary>
    internal WorkspaceBuildPlan(ReleaseImage image, InferenceBuild codeBuild, DateTimeOffset? pushedAt, InferenceBuildOptions how)
        : this(image, docker: null, codeBuild, how) => PushedAt = pushedAt;

    private WorkspaceBuildPlan(ReleaseImage image, ImageBuildPlan? docker, InferenceBuild? codeBuild, InferenceBuildOptions? how)
    {
        Image = image;
        Docker = docker;
        CodeBuild = codeBuild;
        How = how;
    }

    /// <summary>The image, its builder settled.</summary>
    public ReleaseImage Image { get; }

    /// <summary><see cref="ReleaseAction.Build"/> or <see cref="ReleaseAction.Reuse"/>.</summary>
    public ReleaseAction Action => Docker?.Action ?? (CodeBuild!.Status == InferenceBuildStatus.Reused ? ReleaseAction.Reuse : ReleaseAction.Build);

    /// <summary>Why.</summary>
    public string Reason => Docker?.Reason ?? CodeBuild!.Reason ?? string.Empty;

    /// <summary>The digest the registry holds for the same inputs, when it is reused.</summary>
    public string? Digest => Docker is null ? CodeBuild!.Digest : Docker.Digest;

    /// <summary>The image as it would come out of this plan, for <c>-WhatIf</c>.</summary>
    public AppImage Predicted => Docker?.Predicted ?? ImageFlow.ToAppImage(CodeBuild!, Image);

    internal ImageBuildPlan? Docker { get; }

    internal InferenceBuild? CodeBuild { get; }

    internal InferenceBuildOptions? How { get; }

    /// <summary>When the registry got the image that is reused; null where it does not tell, and for a build.</summary>
    internal DateTimeOffset? PushedAt { get; private init; }

    /// <summary>The same image built by CodeBuild, although the registry holds one of the same inputs.</summary>
    /// <param name="anew">The plan to build it.</param>
    internal WorkspaceBuildPlan Anew(InferenceBuild anew) => new(Image, docker: null, anew, How);
}

/// <summary>An image's plan, or why there is none.</summary>
/// <param name="Image">The image as defined.</param>
/// <param name="Plan">What is to become of it.</param>
/// <param name="Error">It cannot be built as it is defined, or its repository is not there, or not even that could be found out.</param>
public sealed record WorkspaceBuildFinding(ReleaseImage Image, WorkspaceBuildPlan? Plan, ReleaseException? Error);
