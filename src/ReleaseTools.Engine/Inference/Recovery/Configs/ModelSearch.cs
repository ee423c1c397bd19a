using System.Text.Json.Nodes;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;

namespace ReleaseTools.Engine.Inference.Recovery.Configs;

/// <summary>
/// Finds the model that a variant was deployed from, where its configuration can no longer tell: one that serves the same images. Several
/// may, for a change of the environment alone makes a model of the same image; so the one of the configuration's name comes first, then
/// the one that was made nearest to it.
/// </summary>
internal sealed class ModelSearch(RecoveryTools tools, ConfigContents contents)
{
    // Each is a call.
    private const int MostTried = 20;

    /// <summary>The model, whole; null when none is there.</summary>
    public async Task<JsonObject?> FindAsync(EndpointFacts facts, string variant, CancellationToken cancellationToken)
    {
        var configName = facts.Endpoint!.EndpointConfigName!;
        var since = EndpointNames.TimeOf(configName) ?? facts.Endpoint.LastModifiedTime ?? facts.ReadAt;
        var listed = (await tools.Aws.SageMaker.ListModelsAsync(new(EndpointNames.Stem(facts.EndpointName)), cancellationToken)).Models ?? [];
        var names = listed.OrderBy(model => model.CreationTime is { } made ? (made - since).Duration() : TimeSpan.MaxValue).Select(model => model.ModelName)
            .Concat(facts.History.SelectMany(config => config.Content?.Variants ?? []).Select(one => one.Model))
            .Prepend(configName).OfType<string>().Distinct(StringComparer.Ordinal);
        foreach (var name in names.Take(MostTried))
        {
            if (await contents.ModelAsync(name, cancellationToken) is { } model && ServedImages.AreOf(facts.Endpoint, variant, model))
                return model;
        }

        return null;
    }
}
