namespace ReleaseTools;

/// <summary>An ECS service as the definition names it and as it runs now.</summary>
public sealed record ReleaseService
{
    /// <summary>The ECS service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The cluster it is in.</summary>
    public required string Cluster { get; init; }

    /// <summary>The name of the image it runs in the definition; null where the definition names none.</summary>
    public string? Image { get; init; }

    /// <summary>That image's repository, without tag.</summary>
    public string? Repository { get; init; }

    /// <summary>ECS's status: ACTIVE, DRAINING or INACTIVE.</summary>
    public string? Status { get; init; }

    /// <summary>The task definition it runs, <c>family:revision</c>.</summary>
    public string? TaskDefinition { get; init; }

    /// <summary>The image that task definition names, as written there.</summary>
    public string? TaskImage { get; init; }

    /// <summary>Tasks wanted.</summary>
    public int DesiredCount { get; init; }

    /// <summary>Tasks running.</summary>
    public int RunningCount { get; init; }

    /// <summary>Tasks starting.</summary>
    public int PendingCount { get; init; }

    /// <summary>The digests that its running tasks run.</summary>
    public IReadOnlyList<string> RunningDigests { get; init => field = Indexable.Of(value); } = [];

    /// <summary>What must answer after a rollout, where the definition names something.</summary>
    public UrlVerification? Verify { get; init; }

    /// <summary>Its name in the definition; null where it is in none. Not Name, which would bind as an image's.</summary>
    public string? DefinedAs { get; init; }

    /// <summary>The services, by <see cref="DefinedAs"/>, that must be healthy before this one is rolled out, where they are rolled out with it.</summary>
    public IReadOnlyList<string> After { get; init => field = Indexable.Of(value); } = [];

    /// <summary>Whether a rollout registers a revision that names the image by digest, rather than moving a tag.</summary>
    public bool PinDigest { get; init; }

    /// <summary>The task that is run before a rollout of a new image; null where there is none.</summary>
    public BeforeRolloutTask? BeforeRollout { get; init; }
}

/// <summary>A URL that must answer well after a rollout, as the definition says it.</summary>
public sealed record UrlVerification
{
    /// <summary>The http or https URL.</summary>
    public required string Url { get; init; }

    /// <summary>The HTTP status codes that are good; 200 to 299 where none is given.</summary>
    public IReadOnlyList<int> Status { get; init => field = Indexable.Of(value); } = [];

    /// <summary>How long it may take to answer well; a minute when null.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>What became of a rollout. Only <see cref="Verified"/> says that what runs is what was pushed.</summary>
public enum RolloutStatus
{
    /// <summary>Would be rolled out (<c>-WhatIf</c>).</summary>
    Planned,

    /// <summary>The deployment completed and every running task runs the pushed digest.</summary>
    Verified,

    /// <summary>The deployment completed; no task runs (desired count 0), no digest was given, or ECS does not tell what runs, so nothing is proven.</summary>
    Deployed,

    /// <summary>Started, not waited for (<c>-NoWait</c>).</summary>
    InProgress,

    /// <summary>The deployment completed, but a task runs another digest.</summary>
    Mismatch,

    /// <summary>The deployment failed.</summary>
    Failed,

    /// <summary>
    /// The deployment failed and is rolled back. ECS's own rollback is told as soon as it begins, and proves nothing yet: where it has not
    /// completed, the reason says so, and how to wait for it. One that was waited for (<c>-RollbackOnFailure</c>,
    /// <c>Wait-EcsRollout</c>) has completed.
    /// </summary>
    RolledBack,

    /// <summary>Another deployment took its place.</summary>
    Superseded,

    /// <summary>The time given ran out, and ECS says what keeps tasks from coming: no capacity, a load balancer that finds them unhealthy.</summary>
    Stalled,

    /// <summary>The time given ran out; the deployment goes on at ECS.</summary>
    TimedOut,

    /// <summary>Not begun, and the service not touched: what it comes after is not healthy, or something that was named with it is not there.</summary>
    NotRun,
}

/// <summary>A task of a deployment that stopped.</summary>
public sealed record StoppedTask
{
    /// <summary>The task's ARN.</summary>
    public required string TaskArn { get; init; }

    /// <summary>ECS's stop code, such as <c>EssentialContainerExited</c>.</summary>
    public string? StopCode { get; init; }

    /// <summary>ECS's reasons: the task's and its containers'.</summary>
    public string? Reason { get; init; }

    /// <summary>The container that ended it.</summary>
    public string? Container { get; init; }

    /// <summary>That container's exit code.</summary>
    public int? ExitCode { get; init; }

    /// <summary>What that exit code means where it is 128 and the signal that ended the process; else null.</summary>
    public string? ExitMeaning => ExitCode switch
    {
        137 => "killed: out of memory, or it did not stop in time",
        139 => "segmentation fault",
        143 => "told to stop",
        _ => null,
    };

    /// <summary>The last lines of that container's log.</summary>
    public IReadOnlyList<string> LogLines { get; init => field = Indexable.Of(value); } = [];
}

/// <summary>A new deployment of an ECS service, and what became of it.</summary>
public sealed record ServiceRollout
{
    /// <summary>The ECS service.</summary>
    public required string Service { get; init; }

    /// <summary>The cluster it is in.</summary>
    public required string Cluster { get; init; }

    /// <summary>What became of it.</summary>
    public RolloutStatus Status { get; init; }

    /// <summary>The deployment that was started, <c>ecs-svc/…</c>.</summary>
    public string? DeploymentId { get; init; }

    /// <summary>The task definition it runs, <c>family:revision</c>.</summary>
    public string? TaskDefinition { get; init; }

    /// <summary>The digest that should run; null when none was given.</summary>
    public string? Digest { get; init; }

    /// <summary>The image that should run, by digest.</summary>
    public string? ImageUri { get; init; }

    /// <summary>The digests that the running tasks run.</summary>
    public IReadOnlyList<string> RunningDigests { get; init => field = Indexable.Of(value); } = [];

    /// <summary>Tasks wanted.</summary>
    public int DesiredCount { get; init; }

    /// <summary>Tasks running.</summary>
    public int RunningCount { get; init; }

    /// <summary>The task that was run before the deployment; null where there is none.</summary>
    public ReleaseTask? BeforeRollout { get; init; }

    /// <summary>Tasks of this deployment that stopped by its fault.</summary>
    public IReadOnlyList<StoppedTask> StoppedTasks { get; init => field = Indexable.Of(value); } = [];

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why it was rolled out, or what went wrong.</summary>
    public string? Reason { get; init; }
}
