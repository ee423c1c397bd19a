namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>
/// The desired count that a rollout set. No rollback of ECS brings the former one back: a service revision has none, as
/// autoscaling changes it. (Amazon ECS API reference, ServiceRevision.)
/// </summary>
/// <param name="Set">What the rollout set.</param>
/// <param name="Former">What it was before.</param>
internal sealed record CountToUndo(int Set, int Former)
{
    /// <summary>The count of a rollout; null where it left that as it is.</summary>
    public static CountToUndo? Of(RolloutPlan plan) => plan.DesiredCount is { } set && set != plan.Service.DesiredCount ? new(set, plan.Service.DesiredCount) : null;

    /// <summary>What it goes back to; null where somebody, or autoscaling, has changed it since, and it is left.</summary>
    public int? Back(int seen) => seen == Set ? Former : null;

    /// <summary>What is said of it where nothing was undone.</summary>
    public string NotTouched => $" The desired count was left as it is; before the rollout it was {Former}.";

    /// <summary>What is said of it after the undo.</summary>
    /// <param name="now">What it is then.</param>
    public string Sentence(int now) =>
        now == Former ? $" The desired count is {now} again."
        : now == Set ? $" The desired count was left at {now}; before the rollout it was {Former}."
        : $" The desired count was left at {now}, as somebody has changed it since the rollout set {Set}; before that it was {Former}.";
}
