namespace ReleaseTools;

/// <summary>Where a CodeBuild build of an image stands. The first six are CodeBuild's own <c>buildStatus</c>.</summary>
public enum InferenceBuildStatus
{
    /// <summary>Running.</summary>
    InProgress,

    /// <summary>Ended well.</summary>
    Succeeded,

    /// <summary>A phase failed.</summary>
    Failed,

    /// <summary>CodeBuild itself failed.</summary>
    Fault,

    /// <summary>It ran longer than its project allows, or than it was waited for; <see cref="InferenceBuild.Reason"/> says which.</summary>
    TimedOut,

    /// <summary>Somebody stopped it.</summary>
    Stopped,

    /// <summary>Would be started (<c>-WhatIf</c>).</summary>
    Planned,

    /// <summary>Not started: ECR already holds an image of the same inputs.</summary>
    Reused,

    /// <summary>A status CodeBuild gave that this version does not know.</summary>
    Unknown,
}

/// <summary>A build of an image on AWS CodeBuild.</summary>
public sealed record InferenceBuild
{
    /// <summary>The image's name in the definition.</summary>
    public required string Name { get; init; }

    /// <summary>The CodeBuild project.</summary>
    public required string ProjectName { get; init; }

    /// <summary>The build's id, <c>project:uuid</c>; null when nothing was started.</summary>
    public string? BuildId { get; init; }

    /// <summary>Where the build stands.</summary>
    public InferenceBuildStatus Status { get; init; }

    /// <summary>The phase it is in, or failed in.</summary>
    public string? Phase { get; init; }

    /// <summary>The repository the image goes to, without tag.</summary>
    public required string Repository { get; init; }

    /// <summary>The tag the build pushes.</summary>
    public required string Tag { get; init; }

    /// <summary>The digest ECR holds under that tag, once the build has succeeded.</summary>
    public string? Digest { get; init; }

    /// <summary><c>repository@sha256:…</c>; null until the digest is known.</summary>
    public string? ImageUri => Digest is null ? null : $"{Repository}@{Digest}";

    /// <summary>A hash over everything the image is made of; null when the definition names no inputs, or the build is of another source.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The workspace's commit, which the build must turn out to be of for the fingerprint to count; null where the project builds the workspace.</summary>
    public string? Commit { get; init; }

    /// <summary>The source version that CodeBuild resolved, where the project has a source.</summary>
    public string? SourceVersion { get; init; }

    /// <summary>The endpoint the image is for, where the definition names one.</summary>
    public string? EndpointName { get; init; }

    /// <summary>The CloudWatch Logs group, known after PROVISIONING.</summary>
    public string? LogGroup { get; init; }

    /// <summary>The stream in <see cref="LogGroup"/>.</summary>
    public string? LogStream { get; init; }

    /// <summary>The last lines of the log of a build that failed.</summary>
    public IReadOnlyList<string> LogLines { get; init => field = Indexable.Of(value); } = [];

    /// <summary>From the start to the end, or to now.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why it was started, not started, or failed.</summary>
    public string? Reason { get; init; }

    /// <summary>The names of the services that run the image.</summary>
    public IReadOnlyList<string> Services { get; init => field = Indexable.Of(value); } = [];
}
