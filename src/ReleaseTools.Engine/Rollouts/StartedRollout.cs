namespace ReleaseTools.Engine.Rollouts;

/// <summary>A deployment that was started, with what its watcher has to know.</summary>
internal sealed record StartedRollout
{
    /// <summary>What was planned.</summary>
    public required RolloutPlan Plan { get; init; }

    /// <summary>The deployment that UpdateService started.</summary>
    public required string DeploymentId { get; init; }

    /// <summary>The record, <see cref="RolloutStatus.InProgress"/>.</summary>
    public required ServiceRollout Rollout { get; init; }

    /// <summary>When it was started, by the time provider's timestamp.</summary>
    internal long StartedAt { get; init; }

    /// <summary>The deployments there were before.</summary>
    internal IReadOnlyCollection<string> FormerDeployments { get; init; } = [];

    /// <summary>For how long those are taken for former ones while the deployment itself was never seen; for good when null.</summary>
    internal TimeSpan? FormersHoldFor { get; init; }

    /// <summary>The service events there were before: what is newer belongs to the deployment. Ids, as clocks differ.</summary>
    internal IReadOnlyCollection<string> FormerEvents { get; init; } = [];
}
