using ReleaseTools.Engine.Inference.Endpoints;

namespace ReleaseTools.Engine.Inference.Recovery.Diagnosis;

/// <summary>
/// The configuration by which one that was deleted in use is made again. Those of an endpoint are clones of each other that differ in
/// their models and in little else; so it is one that was cloned from the deleted one, or else the one that was made nearest to when the
/// endpoint came to be on it.
/// </summary>
internal static class ConfigPattern
{
    /// <summary>Those that may be it, the likeliest first.</summary>
    public static IReadOnlyList<HistoricConfig> Candidates(EndpointFacts facts)
    {
        var deleted = facts.Endpoint!.EndpointConfigName;
        var since = EndpointNames.TimeOf(deleted!) ?? facts.Endpoint.LastModifiedTime ?? facts.ReadAt;
        return [.. facts.History.Where(config => config.Name != deleted)
            .OrderBy(config => config.PreviousConfig == deleted ? 0 : 1).ThenBy(config => config.CreationTime is { } made ? (made - since).Duration() : TimeSpan.MaxValue)];
    }

    /// <summary>Whether it has the endpoint's variants, and models to begin with.</summary>
    public static bool Fits(EndpointFacts facts, HistoricConfig config)
    {
        var variants = (facts.Endpoint!.ProductionVariants ?? []).Concat(facts.Endpoint.ShadowProductionVariants ?? []).Select(variant => variant.VariantName);
        return config.Content is { DeletedModels.Count: 0 } content && content.VariantNames.ToHashSet(StringComparer.Ordinal).SetEquals(variants.OfType<string>());
    }
}
