using System.Collections.Concurrent;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// The tags that were put on the pushed digests for their deployments, and what they named before, so that a tag whose
/// deployment was refused does not go on naming what nobody deployed.
/// </summary>
internal sealed class TagMoves(IImageRegistry registry, IReleaseObserver observer)
{
    private readonly ConcurrentDictionary<(string Repository, string Tag), Move> moves = new();

    /// <summary>Puts the tag that a plan's task definition names on the plan's digest, unless it is there.</summary>
    public async Task MoveAsync(RolloutPlan plan, CancellationToken cancellationToken)
    {
        if (TagOf(plan) is not var (repository, tag) || plan.Image!.Digest is not { } digest)
            return;
        var there = await registry.FindAsync(repository, tag, cancellationToken);
        if (there?.Digest == digest)
            return;

        // Known before it is done: a call that breaks off may have moved it. Of services that share a tag the first knows where it was.
        moves.TryAdd((repository, tag), new Move(there?.Digest, digest));
        await registry.PutTagAsync(repository, digest, tag, cancellationToken);
        observer.Report(new Noted(plan.Service.Service, $"Put the tag {tag} on {Words.Digest(digest)}; it was on {Named(there?.Digest)}."));
    }

    /// <summary>Puts the tags of plans that came to nothing back where they were, except those that a deployment now needs.</summary>
    public async Task PutBackAsync(IEnumerable<RolloutPlan> refused, IEnumerable<RolloutPlan> begun)
    {
        var needed = begun.Select(TagOf).ToHashSet();
        foreach (var (plan, at) in refused.Select(plan => (plan, TagOf(plan))).Where(one => !needed.Contains(one.Item2)).DistinctBy(one => one.Item2))
        {
            if (at is not { } where || !moves.TryGetValue(where, out var move) || move.From is null)
                continue; // not moved, or it named nothing before
            try
            {
                // Not with the user's token: it is put back also when the user pressed Ctrl-C.
                moves.TryRemove(where, out _);
                if (await registry.FindAsync(where.Repository, where.Tag, CancellationToken.None) is { } now && now.Digest != move.To && now.Digest != move.From)
                    observer.Report(new Warned(plan.Service.Service, $"The tag {where.Tag} of {where.Repository} was left on {Words.Digest(now.Digest)}, which somebody else has put it on meanwhile; before it was on {Words.Digest(move.From)}."));
                else if (await registry.PutTagAsync(where.Repository, move.From, where.Tag, CancellationToken.None))
                    observer.Report(new Noted(plan.Service.Service, $"Put the tag {where.Tag} back on {Words.Digest(move.From)}."));
            }
            catch (ReleaseException error)
            {
                observer.Report(new Warned(plan.Service.Service, $"The tag {where.Tag} names {Words.Digest(move.To)} although nothing was deployed, and could not be put back on {Words.Digest(move.From)}: {error.Message}"));
            }
        }
    }

    /// <summary>What a plan's tag names now, where it was moved; else nothing.</summary>
    public string Sentence(RolloutPlan plan) => TagOf(plan) is { } at && moves.TryGetValue(at, out var move)
        ? $" The tag {at.Tag} of {at.Repository} names {Words.Digest(move.To)} now; before it named {Named(move.From)}."
        : "";

    // A task definition that names a digest, or is about to, needs no tag: the plan saw that it is this digest.
    private static (string Repository, string Tag)? TagOf(RolloutPlan plan) =>
        plan is { PinsDigest: false, Image: { Digest: not null } image, Container.Image: { } name } && NamedImage.Parse(name) is { Digest: null } named
            ? (image.Repository, named.EffectiveTag)
            : null;

    private static string Named(string? digest) => digest is null ? "nothing" : Words.Digest(digest);

    private sealed record Move(string? From, string To);
}
