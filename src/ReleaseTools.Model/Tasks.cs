namespace ReleaseTools;

/// <summary>The task of a service that is run before its rollout, as the definition says it: a migration.</summary>
public sealed record BeforeRolloutTask
{
    /// <summary>The command and its arguments; the container's image and entry point read them, no shell does.</summary>
    public required IReadOnlyList<string> Command { get; init => field = Indexable.Of(value); }

    /// <summary>The container of the task definition that gets the command; the one that runs the image when null.</summary>
    public string? Container { get; init; }

    /// <summary>How long it is waited for; as long as the command waits when null.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The command on one line, as a service shows it.</summary>
    public override string ToString() => string.Join(' ', Command);
}

/// <summary>What became of a task.</summary>
public enum ReleaseTaskStatus
{
    /// <summary>Would be run (<c>-WhatIf</c>).</summary>
    Planned,

    /// <summary>Started, not waited for (<c>-NoWait</c>).</summary>
    InProgress,

    /// <summary>Its container exited with 0.</summary>
    Succeeded,

    /// <summary>Its container exited with something else, was stopped, or never started.</summary>
    Failed,

    /// <summary>The time given ran out; the task goes on at ECS.</summary>
    TimedOut,
}

/// <summary>A task that was run once from a service's task definition, and what became of it.</summary>
public sealed record ReleaseTask
{
    /// <summary>The ECS service whose task definition, network and capacity it has.</summary>
    public required string Service { get; init; }

    /// <summary>The cluster it runs in.</summary>
    public required string Cluster { get; init; }

    /// <summary>What became of it.</summary>
    public ReleaseTaskStatus Status { get; init; }

    /// <summary>The task's ARN; null where none was started.</summary>
    public string? TaskArn { get; init; }

    /// <summary>The task definition it runs, <c>family:revision</c>.</summary>
    public string? TaskDefinition { get; init; }

    /// <summary>The digest it runs; null where what the task definition names is run.</summary>
    public string? Digest { get; init; }

    /// <summary>The image it runs, by digest.</summary>
    public string? ImageUri { get; init; }

    /// <summary>The command and its arguments.</summary>
    public IReadOnlyList<string> Command { get; init => field = Indexable.Of(value); } = [];

    /// <summary>The container that gets the command, and whose exit code counts.</summary>
    public string? Container { get; init; }

    /// <summary>That container's exit code; null where it never ran, or has not ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>ECS's stop code, such as <c>EssentialContainerExited</c>.</summary>
    public string? StopCode { get; init; }

    /// <summary>The last lines of that container's log, at most 20.</summary>
    public IReadOnlyList<string> LogLines { get; init => field = Indexable.Of(value); } = [];

    /// <summary>How long it took, from the request to its end.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What is run, or what went wrong.</summary>
    public string? Reason { get; init; }
}
