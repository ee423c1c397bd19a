namespace ReleaseTools.Engine.Rollouts;

/// <summary>What somebody does at once when single rollouts of a run come so far, while the others go on. Called from several threads.</summary>
internal sealed record RolloutHooks
{
    /// <summary>A deployment has begun, or may have.</summary>
    public Action<RolloutPlan> Begun { get; init; } = _ => { };

    /// <summary>It is known what became of a plan. It may be said again.</summary>
    public Action<RolloutPlan, RolloutResult> Ended { get; init; } = (_, _) => { };
}
