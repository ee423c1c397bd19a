namespace ReleaseTools.Engine.Rollouts;

/// <summary>How rollouts are started and watched.</summary>
public sealed record RolloutOptions
{
    /// <summary>How long to wait for each deployment, from when it is watched.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How many tasks of a deployment may stop by its fault before it is given up.</summary>
    public int MaximumFailedTask { get; init; } = 3;

    /// <summary>How many deployments are started at once.</summary>
    public int ThrottleLimit { get; init; } = 8;

    /// <summary>Return once the deployments are started.</summary>
    public bool NoWait { get; init; }
}
