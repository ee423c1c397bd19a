namespace ReleaseTools;

/// <summary>The stages of a release, in the only order that is safe.</summary>
public enum ReleaseStage
{
    /// <summary>terraform apply.</summary>
    Infrastructure,

    /// <summary>Build an image.</summary>
    Build,

    /// <summary>Put an image into ECR.</summary>
    Push,

    /// <summary>Update the SageMaker endpoint.</summary>
    Endpoint,

    /// <summary>Force a new deployment of a service, and prove what runs.</summary>
    Rollout,
}

/// <summary>What a step does.</summary>
public enum ReleaseAction
{
    /// <summary>terraform apply.</summary>
    Apply,

    /// <summary>Build the image.</summary>
    Build,

    /// <summary>Nothing to build: ECR holds an image of the same inputs.</summary>
    Reuse,

    /// <summary>Push the image.</summary>
    Push,

    /// <summary>Nothing to push: ECR holds it; only its tags may move.</summary>
    AlreadyPresent,

    /// <summary>Update the endpoint.</summary>
    Update,

    /// <summary>Nothing to update: the endpoint serves this digest.</summary>
    Unchanged,

    /// <summary>Force a new deployment.</summary>
    Rollout,

    /// <summary>Left out, for the reason given.</summary>
    Skip,
}

/// <summary>Where a step stands.</summary>
public enum ReleaseStepStatus
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>Running.</summary>
    Running,

    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Failed.</summary>
    Failed,

    /// <summary>Left out by plan.</summary>
    Skipped,

    /// <summary>Not begun, because something it waits for failed.</summary>
    NotRun,

    /// <summary>Stopped before its end. What it left running on AWS was said when it stopped.</summary>
    Stopped,
}

/// <summary>One step of a plan, and of the release that runs it.</summary>
public sealed record ReleaseStep
{
    /// <summary>The step's id, such as <c>build:web-ui</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The stage it belongs to.</summary>
    public required ReleaseStage Stage { get; init; }

    /// <summary>What it is about: the image, endpoint, service or directory.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required ReleaseAction Action { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }

    /// <summary>The ids of the steps it waits for.</summary>
    public IReadOnlyList<string> DependsOn { get; init => field = Indexable.Of(value); } = [];

    /// <summary>Where it stands.</summary>
    public ReleaseStepStatus Status { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }
}

/// <summary>What a release would do, and why.</summary>
public sealed record ReleasePlan
{
    /// <summary>The project's name.</summary>
    public required string Project { get; init; }

    /// <summary>The release tag.</summary>
    public required string Tag { get; init; }

    /// <summary>The AWS account.</summary>
    public string? Account { get; init; }

    /// <summary>The AWS region.</summary>
    public string? Region { get; init; }

    /// <summary>The steps, in the order in which they may begin.</summary>
    public IReadOnlyList<ReleaseStep> Steps { get; init => field = Indexable.Of(value); } = [];
}

/// <summary>How a release ended.</summary>
public enum ReleaseStatus
{
    /// <summary>Running.</summary>
    Running,

    /// <summary>Every stage done, and every running task proven to run what was pushed.</summary>
    Succeeded,

    /// <summary>A step failed.</summary>
    Failed,
}

/// <summary>A release that was run.</summary>
public sealed record Release
{
    /// <summary>The release's id: time and tag, sortable.</summary>
    public required string Id { get; init; }

    /// <summary>The project's name.</summary>
    public required string Project { get; init; }

    /// <summary>The release tag.</summary>
    public required string Tag { get; init; }

    /// <summary>How it ended.</summary>
    public ReleaseStatus Status { get; init; }

    /// <summary>The AWS account.</summary>
    public string? Account { get; init; }

    /// <summary>The AWS region.</summary>
    public string? Region { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Its steps and what became of each.</summary>
    public IReadOnlyList<ReleaseStep> Steps { get; init => field = Indexable.Of(value); } = [];

    /// <summary>What terraform did; null when that stage was left out.</summary>
    public InfrastructureChange? Infrastructure { get; init; }

    /// <summary>The images, by digest.</summary>
    public IReadOnlyList<EcrImage> Images { get; init => field = Indexable.Of(value); } = [];

    /// <summary>The endpoint's update; null when the definition has no endpoint.</summary>
    public EndpointUpdate? Endpoint { get; init; }

    /// <summary>The services' rollouts.</summary>
    public IReadOnlyList<ServiceRollout> Services { get; init => field = Indexable.Of(value); } = [];

    /// <summary>The step that failed first and why, <c>build:web-ui: …</c>; null when none did.</summary>
    public string? Reason { get; init; }

    /// <summary>What to type next when it did not succeed: what mends the cause, and the command that goes on.</summary>
    public string? NextCommand { get; init; }
}
