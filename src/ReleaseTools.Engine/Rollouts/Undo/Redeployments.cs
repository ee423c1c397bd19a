using System.Collections.Concurrent;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>Deploys what ran before, and says on Ctrl-C which services it did not come to.</summary>
internal sealed class Redeployments(IReleaseObserver observer, EcsRollouts rollouts)
{
    /// <inheritdoc cref="EcsRollouts.RolloutAsync(IReadOnlyList{RolloutPlan}, RolloutOptions, CancellationToken)"/>
    public async Task<IReadOnlyList<RolloutResult>> RunAsync(IReadOnlyList<RolloutPlan> plans, RolloutOptions options, CancellationToken cancellationToken)
    {
        var begun = new ConcurrentDictionary<RolloutPlan, bool>(ReferenceEqualityComparer.Instance);
        try
        {
            return await rollouts.RolloutAsync(plans, options, new() { Begun = plan => begun[plan] = true }, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            foreach (var plan in plans.Where(plan => !begun.ContainsKey(plan)))
                observer.Report(new Announced(plan.Service.Service, RolloutText.NotPutBack(plan.Service)));
            throw;
        }
    }
}
