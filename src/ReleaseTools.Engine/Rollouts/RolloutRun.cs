namespace ReleaseTools.Engine.Rollouts;

/// <summary>What the waves of one rollout share.</summary>
/// <param name="Tags">The tags that were moved.</param>
/// <param name="Revisions">The revisions that were registered.</param>
/// <param name="Begun">The plans whose deployments have begun, or may have.</param>
/// <param name="Joined">The deployments that were under way and are joined.</param>
/// <param name="Hooks">Who acts on single rollouts meanwhile.</param>
internal sealed record RolloutRun(TagMoves Tags, PinnedRevisions Revisions, List<RolloutPlan> Begun, Dictionary<RolloutPlan, StartedRollout> Joined, RolloutHooks Hooks);
