using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>What became of a rollout.</summary>
/// <param name="Rollout">The record.</param>
/// <param name="Error">The error that ended it, as it was thrown; null for one that went well, or whose deployment ended badly.</param>
public sealed record RolloutResult(ServiceRollout Rollout, ReleaseException? Error = null)
{
    /// <summary>What the reason says of the tag, which holds until the tag goes back; empty where it says nothing.</summary>
    internal string SaidOfTag { get; init; } = "";

    /// <summary>What the reason says of a rollback by ECS that goes on, which holds until that ends; empty where none goes on.</summary>
    internal string SaidOfRollback { get; init; } = "";

    /// <summary>Whether its deployment completed, and only tasks that ECS replaces were missing when the time ran out.</summary>
    internal bool HasCompleted { get; init; }

    /// <summary>Whether a tag that was to be put back is where it was, because that failed.</summary>
    internal bool LeavesTag { get; init; }
}
