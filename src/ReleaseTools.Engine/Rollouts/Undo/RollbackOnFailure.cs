using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>Rolls out, undoes each rollout that fails as soon as it has, and tells of each service what became of it in all.</summary>
public sealed class RollbackOnFailure(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time, EcsRollouts rollouts)
{
    /// <summary>Rolls out as <see cref="EcsRollouts.RolloutAsync(IReadOnlyList{RolloutPlan}, RolloutOptions, CancellationToken)"/> does, and undoes what fails.</summary>
    /// <param name="plans">The rollouts' plans.</param>
    /// <param name="options">How the rollouts are started and watched, and the rollbacks watched.</param>
    /// <param name="cancellationToken">Stops the wait; what failed and is not undone is said.</param>
    /// <returns>
    /// What became of each, in the order given: RolledBack, with the failure's reason, for each that was put back; one that was not keeps the
    /// status of its failure, the rollback's error beside it.
    /// </returns>
    public Task<IReadOnlyList<RolloutResult>> RolloutAsync(IReadOnlyList<RolloutPlan> plans, RolloutOptions options, CancellationToken cancellationToken) =>
        RolloutAsync(plans, options, hooks => rollouts.RolloutAsync(plans, options, hooks, cancellationToken), cancellationToken);

    /// <summary>The same, by whatever rolls out.</summary>
    /// <inheritdoc cref="RolloutAsync(IReadOnlyList{RolloutPlan}, RolloutOptions, CancellationToken)"/>
    internal async Task<IReadOnlyList<RolloutResult>> RolloutAsync(
        IReadOnlyList<RolloutPlan> plans, RolloutOptions options, Func<RolloutHooks, Task<IReadOnlyList<RolloutResult>>> rollout, CancellationToken cancellationToken)
    {
        var undo = new EcsUndo(aws, registry, observer, time, rollouts);
        var undos = new UndosUnderWay(new UndoPlanner(aws, registry, observer, time), undo, registry, observer, plans, options);
        var undoing = undos.RunAsync(cancellationToken);
        try
        {
            var results = await rollout(new() { Ended = undos.Ended });
            foreach (var (plan, result) in plans.Zip(results))
                undos.Ended(plan, result);
            undos.AllEnded();
            var undone = await undoing;
            return [.. plans.Zip(results, (plan, result) => undone.TryGetValue(plan, out var one) ? one.Of(result, CountToUndo.Of(plan)) : result)];
        }
        catch
        {
            undos.AllEnded();
            await ((Task)undoing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            undos.SayWhatIsLeft();
            throw;
        }
    }
}
