using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>The tags of the services of one run, which of them are needed where they are, and those that go back once they are not.</summary>
/// <param name="registry">The registry.</param>
/// <param name="observer">Who is told.</param>
/// <param name="plans">The run.</param>
/// <param name="ended">What became of each so far.</param>
internal sealed class SharedTags(IImageRegistry registry, IReleaseObserver observer, IReadOnlyList<RolloutPlan> plans, IReadOnlyDictionary<RolloutPlan, RolloutResult> ended)
{
    private IEnumerable<RolloutPlan> GoingOn => plans.Where(plan => !ended.ContainsKey(plan));

    private IEnumerable<RolloutPlan> Well => plans.Where(plan => ended.TryGetValue(plan, out var result) && result.Rollout.Status is RolloutStatus.Verified or RolloutStatus.Deployed);

    /// <summary>The tags that services need which go on or are well.</summary>
    public IReadOnlySet<(string Repository, string Tag)> Needed => GoingOn.Concat(Well).Select(plan => plan.NamedTag).OfType<(string, string)>().ToHashSet();

    /// <summary>Whether a service that goes on may yet start tasks from the tag.</summary>
    public bool IsHeld((string Repository, string Tag)? tag) => tag is not null && GoingOn.Any(plan => plan.NamedTag == tag);

    /// <summary>Warns of what undos do to the tags of others, and of what others did to theirs.</summary>
    public void Warn(IReadOnlyList<UndoPlan> undos)
    {
        // What has ended is deployed again, and ECS takes the digest from the tag; so it moves also where a service that is well needs it.
        var moves = undos.Where(undo => undo is { Problem: null, TagStays: null, Rollout: { TagToMove: not null, Image.Digest: not null } }).DistinctBy(undo => undo.Rollout!.NamedTag);
        foreach (var (undo, plan) in moves.SelectMany(undo => Well.Where(plan => IsTakenFrom(plan, undo.Rollout!)).Select(plan => (undo, plan))))
        {
            var (name, back) = (plan.Service.Service, undo.Rollout!);
            observer.Report(new Warned(name, $"The rollback of {undo.Service.Service} puts the tag {back.TagToMove} of {back.Image!.Repository} back on {Words.Digest(back.Image.Digest!)}. "
                + $"{name} was deployed from that tag and is well; its next deployment would bring {Words.Digest(back.Image.Digest!)}. Release it again before."));
        }

        foreach (var undo in undos.Where(undo => undo.IsTagMovedByOthers))
            observer.Report(new Warned(undo.Service.Service, UndoneRollout.TagStays(undo).Trim()));
    }

    /// <summary>Whether the tag of an undo is where it was for the sake of services that went on, and can go back now.</summary>
    public bool IsToPutBack(UndoneRollout undone) =>
        undone.Plan is { TagStays: not null, IsTagMovedByOthers: false, Rollout: { TagToMove: not null, NamedTag: { } tag } }
        && !Needed.Contains(tag) && (undone.Result.Error is not { } error || !DeploymentRollback.IsRefusal(error));

    /// <summary>Puts it back, unless somebody else has moved it meanwhile.</summary>
    public async Task<UndoneRollout> PutBackAsync(UndoneRollout undone)
    {
        var (undo, back) = (undone.Plan!, undone.Plan!.Rollout!);
        var (repository, tag) = back.NamedTag!.Value;
        try
        {
            // Not with the user's token: the rollback is done, and this is what is left of it.
            var names = (await registry.FindAsync(repository, tag, CancellationToken.None))?.Digest;
            if (names is null || names == back.FormerDigest || names == back.Image!.Digest)
            {
                await new TagMoves(registry, observer).MoveAsync(back, CancellationToken.None);
                return undone with { Plan = undo with { TagStays = null } };
            }

            var left = undo with { Rollout = back with { FormerDigest = names }, TagStays = UndoPlan.MovedByOthers, IsTagMovedByOthers = true };
            Warn([left]);
            return undone with { Plan = left };
        }
        catch (ReleaseException error)
        {
            observer.Report(new Warned(undo.Service.Service, $"The tag {tag} of {repository} could not be put back on {Words.Digest(back.Image!.Digest!)}: {error.Message} Put it back before the next deployment."));
            return undone with { Plan = undo with { TagStays = "it could not be put back" } };
        }
    }

    private static bool IsTakenFrom(RolloutPlan plan, RolloutPlan back) => plan.NamedTag is { } tag && tag == back.NamedTag && plan.Image?.Digest != back.Image!.Digest;
}
