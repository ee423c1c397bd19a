using System.Threading.Channels;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>
/// Undoes rollouts as they fail, while others of the same run go on.
/// <code>
/// the undo             another service that goes on names its tag     then
/// stops a deployment   no                                             at once, the tag with it
/// stops a deployment   yes                                            at once; the tag when all of those have ended, unless one that is well needs it
/// deploys again        no                                             at once, the tag with it
/// deploys again        yes                                            when all of those have ended, as ECS takes the digest from the tag
/// </code>
/// All that happens is taken in by one loop, which plans what is due; what is planned is carried out beside it.
/// </summary>
internal sealed class UndosUnderWay
{
    private readonly UndoPlanner planner;
    private readonly EcsUndo undo;
    private readonly IReleaseObserver observer;
    private readonly RolloutOptions options;
    private readonly SharedTags tags;
    private readonly Channel<Action> happened = Channel.CreateUnbounded<Action>();
    private readonly Dictionary<RolloutPlan, RolloutResult> ended = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<RolloutPlan, UndoneRollout> undone = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<RolloutPlan> due = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<RolloutPlan, (string Repository, string Tag)?> waitsFor = new(ReferenceEqualityComparer.Instance);
    private int underWay;
    private bool areAllEnded;

    /// <param name="planner">Plans the undos.</param>
    /// <param name="undo">Carries them out.</param>
    /// <param name="registry">The registry of the tags.</param>
    /// <param name="observer">Who is told.</param>
    /// <param name="plans">The run.</param>
    /// <param name="options">How the undos are watched.</param>
    public UndosUnderWay(UndoPlanner planner, EcsUndo undo, IImageRegistry registry, IReleaseObserver observer, IReadOnlyList<RolloutPlan> plans, RolloutOptions options)
    {
        (this.planner, this.undo, this.observer, this.options) = (planner, undo, observer, options with { NoWait = false });
        tags = new(registry, observer, plans, ended);
    }

    /// <summary>Takes in what became of a plan; the first that is said of it counts.</summary>
    public void Ended(RolloutPlan plan, RolloutResult result) => happened.Writer.TryWrite(() =>
    {
        if (ended.TryAdd(plan, result) && IsToUndo(result))
            due.Add(plan);
    });

    /// <summary>Says that no more will end.</summary>
    public void AllEnded() => happened.Writer.TryWrite(() => areAllEnded = true);

    /// <summary>Undoes what fails, until all have ended and nothing is left to undo.</summary>
    /// <returns>What became of each that failed.</returns>
    /// <exception cref="OperationCanceledException">The user stopped it.</exception>
    public async Task<IReadOnlyDictionary<RolloutPlan, UndoneRollout>> RunAsync(CancellationToken cancellationToken)
    {
        var undos = new List<Task>();
        try
        {
            while (!areAllEnded || due.Count > 0 || underWay > 0)
            {
                (await happened.Reader.ReadAsync(cancellationToken))();
                while (happened.Reader.TryRead(out var next))
                    next();
                await PutTagsBackAsync();
                while (Ready() is { Count: > 0 } ready)
                    undos.Add(UndoAsync(await PlanAsync(ready, cancellationToken), cancellationToken));
            }

            await Task.WhenAll(undos);
            return undone;
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(undos).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    /// <summary>Says after a stop what was not undone. Those whose undo was begun have said themselves how they stand.</summary>
    public void SayWhatIsLeft()
    {
        while (happened.Reader.TryRead(out var last))
            last();
        foreach (var (service, rollout) in due.Select(plan => (plan.Service, ended[plan].Rollout with { Digest = null }))) // what is put back has another
            observer.Report(new Announced(service.Service, rollout.Status == RolloutStatus.RolledBack ? RolloutText.RollbackMayGoOn(rollout) : RolloutText.NotUndone(service)));
        foreach (var one in undone.Values.Where(one => one.Plan is { TagStays: not null, IsTagMovedByOthers: false }))
            observer.Report(new Announced(one.Plan!.Service.Service, UndoneRollout.TagStays(one.Plan).Trim()));
    }

    // Superseded is somebody else's business by now. A rollout whose end nobody saw (it could not be watched) may yet go well, and
    // so may one that completed and whose stopped tasks ECS replaces. A rollback that ECS began has yet to succeed.
    private static bool IsToUndo(RolloutResult result) => result is
    {
        Error: null, HasCompleted: false,
        Rollout: { DeploymentId: not null, Status: RolloutStatus.Failed or RolloutStatus.Mismatch or RolloutStatus.Stalled or RolloutStatus.TimedOut or RolloutStatus.RolledBack },
    };

    // As many as one call describes, so that the first of many is stopped before the last is planned.
    private List<RolloutPlan> Ready() => [.. due.Where(plan => !tags.IsHeld(waitsFor.GetValueOrDefault(plan))).Take(ServiceReader.ServicesPerCall)];

    private async Task<IReadOnlyList<(RolloutPlan Plan, UndoPlan Undo)>> PlanAsync(List<RolloutPlan> failed, CancellationToken cancellationToken)
    {
        try
        {
            var needed = tags.Needed;
            var undos = await planner.PlanAsync([.. failed.Select(plan => Request(plan, ended[plan].Rollout, needed))], cancellationToken);
            var planned = new List<(RolloutPlan, UndoPlan)>();
            foreach (var (plan, undo) in failed.Zip(undos))
            {
                if (undo is { Problem: null, ServiceDeployment: null, Rollout: { TagToMove: not null, NamedTag: var tag } } && tags.IsHeld(tag))
                    waitsFor[plan] = tag;
                else
                    planned.Add((plan, undo));
            }

            tags.Warn([.. planned.Select(one => one.Item2)]);
            due.ExceptWith(planned.Select(one => one.Item1));
            return planned;
        }
        catch (ReleaseException error)
        {
            // What became of the rollouts must not get lost over it.
            foreach (var plan in failed)
                undone[plan] = NotBegun(plan, error);
            due.ExceptWith(failed);
            return [];
        }
    }

    private static UndoRequest Request(RolloutPlan plan, ServiceRollout failed, IReadOnlySet<(string, string)> needed) => new(plan.Service)
    {
        DeploymentId = failed.DeploymentId,
        FormerDigest = plan.FormerDigest is { } former && !plan.AcceptedDigests.Contains(former, StringComparer.Ordinal) ? former : null,
        DeployedDigests = plan.AcceptedDigests,
        IsRolledBackByEcs = failed.Status == RolloutStatus.RolledBack,
        NeededTags = needed,
        Count = CountToUndo.Of(plan),
    };

    private async Task UndoAsync(IReadOnlyList<(RolloutPlan Plan, UndoPlan Undo)> planned, CancellationToken cancellationToken)
    {
        if (planned.Count == 0)
            return;
        underWay++;
        try
        {
            var results = await undo.UndoAsync([.. planned.Select(one => one.Undo)], options, cancellationToken);
            happened.Writer.TryWrite(() =>
            {
                foreach (var (one, result) in planned.Zip(results))
                    undone[one.Plan] = new(result, one.Undo);
            });
        }
        catch (ReleaseException error)
        {
            happened.Writer.TryWrite(() =>
            {
                foreach (var (plan, _) in planned)
                    undone[plan] = NotBegun(plan, error);
            });
        }
        finally
        {
            happened.Writer.TryWrite(() => underWay--);
        }
    }

    private UndoneRollout NotBegun(RolloutPlan plan, ReleaseException error) => new(new(ended[plan].Rollout with { DeploymentId = null }, error), Plan: null);

    private async Task PutTagsBackAsync()
    {
        foreach (var (plan, one) in undone.Where(one => tags.IsToPutBack(one.Value)).ToList())
            undone[plan] = await tags.PutBackAsync(one);
    }
}
