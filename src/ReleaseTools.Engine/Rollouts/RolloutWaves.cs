using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// The order of rollouts. All are parallel but for those whose definition says that they come after others, and which are
/// rolled out with them: they wait for the next wave, and are left alone when one of those does not become healthy.
/// </summary>
internal static class RolloutWaves
{
    /// <summary>The waves, each plan in the first one after all that it comes after.</summary>
    public static IReadOnlyList<IReadOnlyList<RolloutPlan>> Of(IReadOnlyList<RolloutPlan> plans)
    {
        var waves = new Dictionary<RolloutPlan, int>(ReferenceEqualityComparer.Instance);
        return [.. plans.GroupBy(WaveOf).OrderBy(wave => wave.Key).Select(wave => (IReadOnlyList<RolloutPlan>)[.. wave])];

        int WaveOf(RolloutPlan plan)
        {
            if (waves.TryGetValue(plan, out var known))
                return known;
            waves[plan] = 0; // a definition has no circles, but services made by hand may
            return waves[plan] = Before(plan, plans).Select(before => WaveOf(before) + 1).DefaultIfEmpty().Max();
        }
    }

    /// <summary>What becomes of a plan that comes after one that is not healthy: it is not touched. Null where nothing hinders it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="ended">What became of the former waves.</param>
    public static RolloutResult? Hindered(RolloutPlan plan, IReadOnlyDictionary<RolloutPlan, RolloutResult> ended)
    {
        foreach (var before in Before(plan, ended.Keys))
        {
            if (ended[before].Rollout.Status is RolloutStatus.Verified or RolloutStatus.Deployed)
                continue;
            var error = ReleaseException.For(
                nameof(Messages.ServiceBeforeNotHealthy), ErrorKind.InvalidState, plan.Service.Service, plan.Service.Service, before.Service.Service, RolloutText.Ended(ended[before].Rollout.Status));
            return new(plan.ToRollout() with { Status = RolloutStatus.NotRun, Reason = error.Message }, error);
        }

        return null;
    }

    private static IEnumerable<RolloutPlan> Before(RolloutPlan plan, IEnumerable<RolloutPlan> all) => plan.Service.After.Count == 0
        ? []
        : all.Where(other => other.Service.DefinedAs is { } name && plan.Service.After.Contains(name, StringComparer.Ordinal));
}
