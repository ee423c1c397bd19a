namespace ReleaseTools.Engine.Rollouts.Tasks;

/// <summary>A task that was started, with what its watcher has to know.</summary>
internal sealed record StartedTask
{
    /// <summary>What was planned.</summary>
    public required ReleaseTaskPlan Plan { get; init; }

    /// <summary>The task.</summary>
    public required string TaskArn { get; init; }

    /// <summary>The task definition it runs: its ARN.</summary>
    public required string Revision { get; init; }

    /// <summary>Whether that was registered for the task, and goes with it.</summary>
    public bool IsRevisionTemporary { get; init; }

    /// <summary>When it was asked for, by the time provider's timestamp.</summary>
    public long StartedAt { get; init; }

    /// <summary>The record, <see cref="ReleaseTaskStatus.InProgress"/>.</summary>
    public ReleaseTask Task => Plan.ToTask() with
    {
        Status = ReleaseTaskStatus.InProgress,
        TaskArn = TaskArn,
        TaskDefinition = ServiceReader.ShortName(Revision),
        Reason = $"Runs {TaskText.Of(Plan.Command)}.",
    };
}
