using System.Collections.Frozen;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>A service that is to be put back.</summary>
/// <param name="Service">The service, by name and cluster.</param>
/// <param name="To">A task definition, a tag, a digest or its beginning; null for what ran before.</param>
internal sealed record UndoRequest(ReleaseService Service, string? To = null)
{
    /// <summary>The deployment that is undone, where another's must not be; null for whichever runs.</summary>
    public string? DeploymentId { get; init; }

    /// <summary>The repositories and tags that other services' deployments need where they are.</summary>
    public IReadOnlySet<(string Repository, string Tag)> NeededTags { get; init; } = FrozenSet<(string Repository, string Tag)>.Empty;

    /// <summary>What the tag named before that deployment, where that was another image, and ECS does not know it.</summary>
    public string? FormerDigest { get; init; }

    /// <summary>The digests of what that deployment brought: a tag that names none of them was moved by somebody else since. None where any may be moved.</summary>
    public IReadOnlyCollection<string> DeployedDigests { get; init; } = [];

    /// <summary>Whether ECS rolls that deployment back by itself, or has done so: its rollback is followed.</summary>
    public bool IsRolledBackByEcs { get; init; }

    /// <summary>The desired count that goes back with it; null where it was left as it is.</summary>
    public CountToUndo? Count { get; init; }
}
