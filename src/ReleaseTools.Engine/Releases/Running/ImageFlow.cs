namespace ReleaseTools.Engine.Releases.Running;

/// <summary>The one record as which an image goes on, however it came to be in ECR.</summary>
public static class ImageFlow
{
    /// <summary>The image that a CodeBuild build put into ECR, or that was found there.</summary>
    public static EcrImage ToEcrImage(InferenceBuild build) => new()
    {
        Name = build.Name,
        Repository = build.Repository,
        Tag = build.Tag,
        Tags = build.Digest is null ? [] : [build.Tag],
        Digest = build.Digest,
        Status = build.Status switch
        {
            InferenceBuildStatus.Succeeded => ImagePushStatus.Pushed,
            InferenceBuildStatus.Reused => ImagePushStatus.AlreadyPresent,
            InferenceBuildStatus.Planned or InferenceBuildStatus.InProgress => ImagePushStatus.Planned,
            _ => ImagePushStatus.Failed,
        },
        Duration = build.Duration,
        Reason = build.Reason,
        Services = build.Services,
    };

    /// <summary>The image that a CodeBuild build put into ECR, or that was found there, on its way to be pushed: nothing but its tags is left to do.</summary>
    internal static AppImage ToAppImage(InferenceBuild build, ReleaseImage image) => new()
    {
        Name = build.Name,
        Repository = build.Repository,
        Tag = build.Tag,
        Status = build.Status switch
        {
            InferenceBuildStatus.Succeeded => ImageBuildStatus.Built,
            InferenceBuildStatus.Reused => ImageBuildStatus.Reused,
            InferenceBuildStatus.Planned or InferenceBuildStatus.InProgress => ImageBuildStatus.Planned,
            _ => ImageBuildStatus.Failed,
        },
        Digest = build.Digest,
        Fingerprint = build.Fingerprint,
        Platform = image.Platform,
        Duration = build.Duration,
        Reason = build.Reason,
        FailOnSeverity = image.FailOnSeverity,
        Services = build.Services,
    };
}
