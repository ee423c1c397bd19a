using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;

namespace ReleaseTools.Engine.Inference.Recovery;

/// <summary>
/// Finds the configuration that is meant to be put back:
/// <code>
/// asked for         is
/// a configuration   the one of that name, of this endpoint's history
/// a release         of those made for it the one last known to be good, else the newest
/// nothing           what was last known to be good and is not in use
/// </code>
/// It must be whole: an update to one that is not would fail, or roll back after a quarter of an hour.
/// </summary>
internal sealed class RestoreTarget(RecoveryTools tools, ConfigContents contents)
{
    private const int MostListed = 1000;
    private const int MostNamed = 20;

    /// <summary>Finds it.</summary>
    /// <exception cref="ReleaseException">EndpointRestoreTargetNotFound, EndpointRestoreTargetIncomplete, EndpointNothingToRestore.</exception>
    public async Task<HistoricConfig> FindAsync(EndpointFacts facts, string? to, CancellationToken cancellationToken)
    {
        var candidates = to is null ? Before(facts) : Named(facts.History, to);
        if (candidates.Count == 0 && to is not null)
            candidates = Named(await new EndpointHistory(tools.Aws, tools.Observer).ListAsync(facts.EndpointName, MostListed, cancellationToken), to);
        HistoricConfig? lacking = null;
        foreach (var candidate in candidates)
        {
            var looked = await contents.ReadAsync(candidate, cancellationToken);
            if (looked.IsWhole)
                return looked;
            lacking ??= looked;
        }

        var name = facts.EndpointName;
        if (lacking is not null)
            throw ReleaseException.For(nameof(Messages.EndpointRestoreTargetIncomplete), ErrorKind.InvalidState, name, name, lacking.Name, lacking.Content!.Lacks);
        throw to is null
            ? ReleaseException.For(nameof(Messages.EndpointNothingToRestore), ErrorKind.NotFound, name, name, Listed(facts.History))
            : ReleaseException.For(nameof(Messages.EndpointRestoreTargetNotFound), ErrorKind.NotFound, name, name, to, Listed(facts.History));
    }

    private static IReadOnlyList<HistoricConfig> Before(EndpointFacts facts) =>
        [.. KnownGood.Of(facts.History).Where(config => facts.Status != "InService" || config.Name != facts.Endpoint!.EndpointConfigName)];

    private static IReadOnlyList<HistoricConfig> Named(IReadOnlyList<HistoricConfig> history, string to)
    {
        if (history.FirstOrDefault(config => config.Name == to) is { } named)
            return [named];
        var good = KnownGood.Of(history);
        return [.. good.Concat(history.Where(config => !good.Contains(config))).Where(config => config.Release == to)];
    }

    private static string Listed(IReadOnlyList<HistoricConfig> history) => history.Count == 0
        ? "none"
        : string.Join(", ", history.Take(MostNamed).Select(config => config.Release is null ? config.Name : $"{config.Name} ({config.Release})"));
}
