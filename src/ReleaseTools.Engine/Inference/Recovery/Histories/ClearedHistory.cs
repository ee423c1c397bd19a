using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Inference.Recovery.Recreations;

namespace ReleaseTools.Engine.Inference.Recovery.Histories;

/// <summary>A model that this module made for an endpoint.</summary>
internal sealed record HistoricModel(string Name, DateTimeOffset? CreationTime, string? Release);

/// <summary>What was read of an endpoint's history before any of it is removed.</summary>
internal sealed record HistoryFacts
{
    /// <summary>The endpoint.</summary>
    public required string EndpointName { get; init; }

    /// <summary>Whether it is InService on a configuration that is there.</summary>
    public required bool IsHealthy { get; init; }

    /// <summary>The configurations that this module made for it.</summary>
    public required IReadOnlyList<HistoricConfig> Configs { get; init; }

    /// <summary>The models that this module made for it.</summary>
    public required IReadOnlyList<HistoricModel> Models { get; init; }

    /// <summary>The configurations that some endpoint of the region names, now or as pending.</summary>
    public required IReadOnlySet<string> ConfigsInUse { get; init; }

    /// <summary>The models that configurations name, by the configuration: those made for the endpoint, those in use, and others of names like its own.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<string>> ModelsOf { get; init; }
}

/// <summary>
/// Says what of an endpoint's history nothing needs any more. Kept is
/// <code>
/// a configuration   that an endpoint names, now or as pending
///                   of one of the newest releases
///                   that is known to be good: the last one that is not in use; every one while the endpoint is not healthy
///                   on which a re-creation was begun
/// a model           that a configuration names which stays, or that is not this module's
///                   of one of the newest releases: its configuration may be made in a moment
/// </code>
/// The configurations go before the models that they name.
/// </summary>
internal static class ClearedHistory
{
    /// <summary>What is to go: the configurations, and the models that nothing needs without these.</summary>
    /// <param name="facts">What was read.</param>
    /// <param name="keep">How many of the newest releases are kept.</param>
    public static IReadOnlyList<EndpointHistoryItem> Of(HistoryFacts facts, int keep)
    {
        var configs = Configs(facts, keep);
        return [.. configs, .. Models(facts, keep, configs.Select(config => config.Name).ToHashSet(StringComparer.Ordinal))];
    }

    /// <summary>The configurations that are to go.</summary>
    public static IReadOnlyList<EndpointHistoryItem> Configs(HistoryFacts facts, int keep)
    {
        var newest = NewestReleases(facts, keep);
        var good = KnownGood.Of(facts.Configs);
        var goodToKeep = facts.IsHealthy ? [.. good.Where(config => !facts.ConfigsInUse.Contains(config.Name)).Take(1)] : good;
        var configs = facts.Configs.Where(config =>
            !facts.ConfigsInUse.Contains(config.Name) && !newest.Contains(ReleaseOf(config.Release, config.Name)) && !goodToKeep.Contains(config) && RecreationMarker.Read(config) is null);
        return
        [
            .. configs.OrderBy(config => config.CreationTime)
                .Select(config => Item(facts, "EndpointConfig", config.Name, config.Release, config.CreationTime, "No endpoint is on it, and its release is not kept.")),
        ];
    }

    /// <summary>The models that are to go.</summary>
    /// <param name="facts">What was read.</param>
    /// <param name="keep">How many of the newest releases are kept.</param>
    /// <param name="gone">The configurations that no longer count.</param>
    public static IReadOnlyList<EndpointHistoryItem> Models(HistoryFacts facts, int keep, IReadOnlySet<string> gone)
    {
        var newest = NewestReleases(facts, keep);
        var needed = facts.ModelsOf.Where(one => !gone.Contains(one.Key)).SelectMany(one => one.Value).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. facts.Models.Where(model => !needed.Contains(model.Name) && !newest.Contains(ReleaseOf(model.Release, model.Name))).OrderBy(model => model.CreationTime)
                .Select(model => Item(facts, "Model", model.Name, model.Release, model.CreationTime, "No configuration that stays names it.")),
        ];
    }

    private static HashSet<string> NewestReleases(HistoryFacts facts, int keep) => facts.Configs.Select(config => (Release: ReleaseOf(config.Release, config.Name), config.CreationTime))
        .Concat(facts.Models.Select(model => (Release: ReleaseOf(model.Release, model.Name), model.CreationTime)))
        .GroupBy(one => one.Release, StringComparer.Ordinal).OrderByDescending(release => release.Max(one => one.CreationTime)).Take(keep)
        .Select(release => release.Key).ToHashSet(StringComparer.Ordinal);

    // A change that is of no release is one by itself; its model and its configuration bear the same name.
    private static string ReleaseOf(string? release, string name) => release ?? $"\n{name}";

    private static EndpointHistoryItem Item(HistoryFacts facts, string kind, string name, string? release, DateTimeOffset? made, string reason) => new()
    {
        EndpointName = facts.EndpointName, Kind = kind, Name = name, Release = release, CreationTime = made, Status = EndpointHistoryStatus.Planned, Reason = reason,
    };
}
