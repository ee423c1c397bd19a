using ReleaseTools.Engine.Aws.Ecs;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>What a service is to run again.</summary>
/// <param name="TaskDefinition">The task definition.</param>
/// <param name="Revision">The revision that ran with it; null where none is known.</param>
/// <param name="Digest">The digest that is asked for, or that the tag named before.</param>
internal sealed record UndoTarget(string TaskDefinition, ServiceRevision? Revision, string? Digest = null)
{
    /// <summary>Whether an image is asked for, and the task definition is only what brings it.</summary>
    public bool IsImage { get; init; }

    /// <summary>Whether a revision is to name the digest, rather than the tag that is named to be put on it.</summary>
    public bool Pins { get; init; }

    /// <summary>Whether ECS puts it back itself, which needs no UpdateService.</summary>
    public bool IsPutBackByEcs { get; init; }
}
