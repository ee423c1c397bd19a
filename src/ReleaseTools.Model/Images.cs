namespace ReleaseTools;

/// <summary>Where an image is built.</summary>
public enum ImageBuilder
{
    /// <summary>On this machine's (or <c>DOCKER_HOST</c>'s) Docker engine, by the docker CLI.</summary>
    Docker,

    /// <summary>By an AWS CodeBuild project, which pushes the image to ECR itself.</summary>
    CodeBuild,

    /// <summary>On the Docker engine where one answers, else by CodeBuild.</summary>
    Auto,
}

/// <summary>An image as the release definition describes it. Paths are absolute, variables filled in.</summary>
public sealed record ReleaseImage
{
    /// <summary>The platform that a Docker engine builds for where the definition says none: what Fargate and SageMaker run unless told otherwise.</summary>
    public const string DefaultPlatform = "linux/amd64";

    /// <summary>The image's name in the definition, such as <c>web-ui</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The repository it is pushed to, without tag: <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com/web-ui</c>.</summary>
    public required string Repository { get; init; }

    /// <summary>Where it is built.</summary>
    public ImageBuilder Builder { get; init; }

    /// <summary>The Dockerfile's absolute path.</summary>
    public string? Dockerfile { get; init; }

    /// <summary>The build context's absolute path.</summary>
    public string? Context { get; init; }

    /// <summary>The Dockerfile stage to build; the last one when null.</summary>
    public string? Target { get; init; }

    /// <summary>The platform to build for, such as <c>linux/arm64</c>; when null <see cref="DefaultPlatform"/>, or its project's for an image that is defined for CodeBuild.</summary>
    public string? Platform { get; init; }

    /// <summary>Build arguments. They end up in the image's history and are not for secrets.</summary>
    public IReadOnlyDictionary<string, string> BuildArgs { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Build arguments that name other images of the definition, by the image's name: each gets that image's reference, and waits for it.</summary>
    public IReadOnlyDictionary<string, string> BaseImages { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The names of images that are built before this one, besides <see cref="BaseImages"/>.</summary>
    public IReadOnlyList<string> After { get; init => field = Indexable.Of(value); } = [];

    /// <summary>Commands that are run, in order, before the image is built; none is run for an image that is reused.</summary>
    public IReadOnlyList<BuildCommand> Before { get; init => field = Indexable.Of(value); } = [];

    /// <summary>Secrets that <c>RUN --mount=type=secret</c> may read: where each comes from, never what it is.</summary>
    public IReadOnlyList<BuildSecret> Secrets { get; init => field = Indexable.Of(value); } = [];

    /// <summary>Where BuildKit may take cached steps from, as <c>docker build --cache-from</c> takes it.</summary>
    public IReadOnlyList<string> CacheFrom { get; init => field = Indexable.Of(value); } = [];

    /// <summary>Where BuildKit leaves its cache, as <c>docker buildx build --cache-to</c> takes it.</summary>
    public IReadOnlyList<string> CacheTo { get; init => field = Indexable.Of(value); } = [];

    /// <summary>For how many days an image of the same inputs is reused, for its base image ages; for ever when null.</summary>
    public int? MaxReuseDays { get; init; }

    /// <summary>The severity from which on a finding of ECR's scan fails the push; null asks for no scan.</summary>
    public FindingSeverity? FailOnSeverity { get; init; }

    /// <summary>The files and folders (absolute) the image is made of; empty when its changes cannot be told.</summary>
    public IReadOnlyList<string> Inputs { get; init => field = Indexable.Of(value); } = [];

    /// <summary>Whether the build gets the whole context; else, where <see cref="Inputs"/> are named, it gets those alone, so that none can be forgotten.</summary>
    public bool WholeContext { get; init; }

    /// <summary>The CodeBuild project that builds it where CodeBuild does; null where the definition names none.</summary>
    public string? CodeBuildProject { get; init; }

    /// <summary>The workspace's root.</summary>
    public required string Workspace { get; init; }

    /// <summary>The names of the services that run it.</summary>
    public IReadOnlyList<string> Services { get; init => field = Indexable.Of(value); } = [];
}

/// <summary>A command that is run before an image is built. It is started as it stands: no shell reads it.</summary>
public sealed record BuildCommand
{
    /// <summary>The program, looked for on PATH, and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init => field = Indexable.Of(value); }

    /// <summary>The folder it is run in, absolute.</summary>
    public required string Directory { get; init; }

    /// <summary>Files and folders (absolute) that it makes. The build gets them; what they are follows from the inputs, so changes in them are none.</summary>
    public IReadOnlyList<string> Outputs { get; init => field = Indexable.Of(value); } = [];
}

/// <summary>A secret of a build: its id, and where its value is taken from when the build begins.</summary>
public sealed record BuildSecret
{
    /// <summary>The id by which a Dockerfile's <c>--mount=type=secret,id=…</c> asks for it.</summary>
    public required string Id { get; init; }

    /// <summary>The variable, of the env file or else of the environment, that holds it; null when a file does.</summary>
    public string? EnvironmentVariable { get; init; }

    /// <summary>The file (absolute) that holds it; null when a variable does.</summary>
    public string? File { get; init; }
}

/// <summary>What became of an image's build.</summary>
public enum ImageBuildStatus
{
    /// <summary>Would be built (<c>-WhatIf</c>).</summary>
    Planned,

    /// <summary>Built: on the engine under its repository and tag, or by CodeBuild and then in ECR.</summary>
    Built,

    /// <summary>Not built: ECR already holds an image of the same inputs.</summary>
    Reused,

    /// <summary>The build failed; <see cref="AppImage.Reason"/> says why.</summary>
    Failed,
}

/// <summary>A built image, ready to be pushed.</summary>
public sealed record AppImage
{
    /// <summary>The image's name in the definition.</summary>
    public required string Name { get; init; }

    /// <summary>The repository it goes to, without tag.</summary>
    public required string Repository { get; init; }

    /// <summary>The release tag it carries.</summary>
    public required string Tag { get; init; }

    /// <summary>What became of the build.</summary>
    public ImageBuildStatus Status { get; init; }

    /// <summary>The image id (<c>sha256:…</c>) on the engine; null when it is not there.</summary>
    public string? ImageId { get; init; }

    /// <summary>The digest of the manifest that the registry holds already: of the same inputs, or built by CodeBuild; null when it is to be pushed.</summary>
    public string? Digest { get; init; }

    /// <summary>A hash over everything the image is made of; null when the definition names no inputs.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The platform it was built for.</summary>
    public string? Platform { get; init; }

    /// <summary>The image's size on the engine, in bytes.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>How long the build took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The file with the build's whole output; null when nothing was built.</summary>
    public string? LogFile { get; init; }

    /// <summary>Why it was built, reused or failed.</summary>
    public string? Reason { get; init; }

    /// <summary>The severity from which on a finding of ECR's scan fails the push, as defined; null asks for no scan.</summary>
    public FindingSeverity? FailOnSeverity { get; init; }

    /// <summary>The names of the services that run it.</summary>
    public IReadOnlyList<string> Services { get; init => field = Indexable.Of(value); } = [];
}

/// <summary>How an image came to be in ECR.</summary>
public enum ImagePushStatus
{
    /// <summary>Would be pushed (<c>-WhatIf</c>).</summary>
    Planned,

    /// <summary>Pushed.</summary>
    Pushed,

    /// <summary>The repository held this digest under this tag already.</summary>
    AlreadyPresent,

    /// <summary>The repository held this digest; the release tag was put on it.</summary>
    Retagged,

    /// <summary>Not in ECR; <see cref="EcrImage.Reason"/> says why.</summary>
    Failed,
}

/// <summary>An image in ECR, known by its digest.</summary>
public sealed record EcrImage
{
    /// <summary>The image's name in the definition.</summary>
    public required string Name { get; init; }

    /// <summary>The repository, without tag: registry host and name.</summary>
    public required string Repository { get; init; }

    /// <summary>The release tag.</summary>
    public required string Tag { get; init; }

    /// <summary>All tags that were put on the digest by this push.</summary>
    public IReadOnlyList<string> Tags { get; init => field = Indexable.Of(value); } = [];

    /// <summary>The manifest's digest, <c>sha256:…</c>; null when planned or failed.</summary>
    public string? Digest { get; init; }

    /// <summary><c>repository@sha256:…</c>; null when planned or failed. Tags are for people, digests for machines.</summary>
    public string? ImageUri => Digest is null ? null : $"{Repository}@{Digest}";

    /// <summary>How it came to be in ECR.</summary>
    public ImagePushStatus Status { get; init; }

    /// <summary>Bytes of layers that went to the registry; layers it had are not counted.</summary>
    public long BytesSent { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why it was pushed, not pushed, or failed.</summary>
    public string? Reason { get; init; }

    /// <summary>What ECR's scan found, where the push asked for one; null where it did not.</summary>
    public ImageScan? Scan { get; init; }

    /// <summary>The names of the services that run it.</summary>
    public IReadOnlyList<string> Services { get; init => field = Indexable.Of(value); } = [];
}
