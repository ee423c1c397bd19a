using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Inference.Recovery.Histories;

/// <summary>
/// Removes what this module made for an endpoint and nothing needs any more. SageMaker lets a configuration in use be deleted, and the
/// endpoint's next update then fails; so every endpoint of the region is asked what it is on, and this one again before each deletion.
/// </summary>
public sealed class EndpointHistories(RecoveryTools tools)
{
    private readonly HistoryFactsReader reader = new(tools);

    /// <summary>Says what would go. Reads only.</summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="keep">How many of the newest releases are kept, with all that they need.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="AwsServiceException">Something may not be read.</exception>
    public async Task<IReadOnlyList<EndpointHistoryItem>> PlanAsync(string endpointName, int keep, CancellationToken cancellationToken) =>
        ClearedHistory.Of(await reader.ReadAsync(endpointName, cancellationToken), keep);

    /// <summary>Removes what a plan names, and what a plan made now names as well: between the two somebody may have begun to use it.</summary>
    /// <returns>What became of each.</returns>
    public async Task<IReadOnlyList<(EndpointHistoryItem Item, ReleaseException? Error)>> ClearAsync(
        string endpointName, IReadOnlyList<EndpointHistoryItem> plan, int keep, CancellationToken cancellationToken)
    {
        var done = new List<(EndpointHistoryItem, ReleaseException?)>();
        await RemoveAsync("EndpointConfig", facts => ClearedHistory.Configs(facts, keep));

        // After another look: one whose configuration could not be removed is still needed.
        await RemoveAsync("Model", facts => ClearedHistory.Models(facts, keep, gone: new HashSet<string>(StringComparer.Ordinal)));
        return done;

        async Task RemoveAsync(string kind, Func<HistoryFacts, IReadOnlyList<EndpointHistoryItem>> unneeded)
        {
            var planned = plan.Where(item => item.Kind == kind).ToList();
            if (planned.Count == 0)
                return;
            var still = unneeded(await reader.ReadAsync(endpointName, cancellationToken)).Select(item => item.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var item in planned)
                done.Add(still.Contains(item.Name) ? await RemoveItemAsync(item, cancellationToken) : (Needed(item), null));
        }
    }

    private async Task<(EndpointHistoryItem Item, ReleaseException? Error)> RemoveItemAsync(EndpointHistoryItem item, CancellationToken cancellationToken)
    {
        try
        {
            if (item.Kind == "Model")
                await tools.Aws.SageMaker.DeleteModelAsync(new(item.Name), cancellationToken);
            else if ((await reader.InUseByAsync(item.EndpointName, cancellationToken)).Contains(item.Name, StringComparer.Ordinal))
                return (Needed(item), null);
            else
                await tools.Aws.SageMaker.DeleteEndpointConfigAsync(new(item.Name), cancellationToken);
        }
        catch (AwsServiceException gone) when (gone.IsCouldNotFind())
        {
            // It is.
        }
        catch (AwsServiceException error)
        {
            return (item with { Status = EndpointHistoryStatus.Failed, Reason = error.Message }, error);
        }

        return (item with { Status = EndpointHistoryStatus.Removed }, null);
    }

    private static EndpointHistoryItem Needed(EndpointHistoryItem item) => item with { Status = EndpointHistoryStatus.Failed, Reason = "Something needs it now." };
}
