namespace ReleaseTools.Engine.Inference.Recovery.Diagnosis;

/// <summary>
/// The configurations of an endpoint that are known to be good: it was proven to serve them, or an update that this module began found
/// it InService on them. What was so last comes first, which need not be what was made last: a restore goes back to what is older.
/// </summary>
internal static class KnownGood
{
    /// <summary>Those of a history.</summary>
    public static IReadOnlyList<HistoricConfig> Of(IReadOnlyList<HistoricConfig> history) =>
        [.. history.Select(config => (Config: config, At: LastSeenGood(config, history))).Where(one => one.At is not null)
            .OrderByDescending(one => one.At).ThenByDescending(one => one.Config.CreationTime).Select(one => one.Config)];

    private static DateTimeOffset? LastSeenGood(HistoricConfig config, IReadOnlyList<HistoricConfig> history) =>
        history.Where(other => other.PreviousConfig == config.Name).Select(other => other.CreationTime).Append(ProvenAt(config)).Max();

    // By the clock of the machine that proved it, which may be behind SageMaker's; it was not before it was made.
    private static DateTimeOffset? ProvenAt(HistoricConfig config) => config.Proven < config.CreationTime ? config.CreationTime : config.Proven;
}
