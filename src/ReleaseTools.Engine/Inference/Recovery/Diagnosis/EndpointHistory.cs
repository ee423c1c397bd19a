using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery.Diagnosis;

/// <summary>
/// The configurations that this module made for an endpoint, by their tags; SageMaker keeps no history of an endpoint. Their names begin
/// with the endpoint's, by which the list is narrowed down before tags are read.
/// </summary>
internal sealed class EndpointHistory(AwsSession aws, IReleaseObserver observer)
{
    /// <summary>How many of the newest are looked at where somebody waits.</summary>
    public const int Recent = 30;

    // Reads of tags at a time: SageMaker throttles.
    private const int AtOnce = 6;

    // As far as a chain of configurations that are not on the list is followed.
    private const int LongestChain = 20;

    /// <summary>The newest that were made for the endpoint, newest first.</summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="most">How many of the names that may be of it are looked at.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<IReadOnlyList<HistoricConfig>> ListAsync(string endpointName, int most, CancellationToken cancellationToken)
    {
        var named = new List<EndpointConfigSummary>();
        string? next = null;
        do
        {
            var page = await aws.SageMaker.ListEndpointConfigsAsync(new(EndpointNames.Stem(endpointName)) { NextToken = next }, cancellationToken);
            named.AddRange(page.EndpointConfigs ?? []);
            next = page.NextToken;
        }
        while (next is not null && named.Count < most);

        var found = new List<HistoricConfig>();
        await foreach (var config in Throttled.RunAsync([.. named.Take(most)], AtOnce, WithTagsAsync, cancellationToken))
        {
            if (config?.Endpoint == endpointName)
                found.Add(config);
        }

        return [.. found.OrderByDescending(config => config.CreationTime).ThenByDescending(config => config.Name, StringComparer.Ordinal)];
    }

    /// <summary>The same with the one in use and with those before this module's first update, by what each says was in use before it.</summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="inUse">The configurations it names.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<IReadOnlyList<HistoricConfig>> ReadAsync(string endpointName, IEnumerable<string?> inUse, CancellationToken cancellationToken)
    {
        var history = (await ListOrNoneAsync(endpointName, cancellationToken)).ToList();
        var looked = history.Select(config => config.Name).ToHashSet(StringComparer.Ordinal);
        var chain = new Queue<string>(inUse.OfType<string>().Concat(history.Select(config => config.PreviousConfig).OfType<string>()));
        for (var more = 0; chain.TryDequeue(out var name) && more < LongestChain;)
        {
            if (!looked.Add(name))
                continue;
            more++;
            if (await FindAsync(name, cancellationToken) is not { } config)
                continue;
            history.Add(config);
            if (config.PreviousConfig is { } before)
                chain.Enqueue(before);
        }

        return history;
    }

    /// <summary>A configuration with its tags; null when it is not there.</summary>
    public async Task<HistoricConfig?> FindAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            var config = await aws.SageMaker.DescribeEndpointConfigAsync(new(name), cancellationToken);
            var arn = EndpointClone.Text(config, "EndpointConfigArn");
            return new(name, arn, EndpointClone.Time(config, "CreationTime"), arn is null ? [] : await EndpointTags.ReadAsync(aws, arn, cancellationToken));
        }
        catch (AwsServiceException deleted) when (deleted.IsCouldNotFind())
        {
            return null;
        }
    }

    // What is wrong now can be told without a history.
    private async Task<IReadOnlyList<HistoricConfig>> ListOrNoneAsync(string endpointName, CancellationToken cancellationToken)
    {
        try
        {
            return await ListAsync(endpointName, Recent, cancellationToken);
        }
        catch (AwsServiceException denied) when (denied.Kind == ErrorKind.PermissionDenied)
        {
            observer.Report(new Warned(endpointName, $"Its history cannot be read, so no configuration is known to be good. {denied.Message}"));
            return [];
        }
    }

    private async Task<HistoricConfig?> WithTagsAsync(EndpointConfigSummary config, CancellationToken cancellationToken)
    {
        try
        {
            return config is { EndpointConfigName: { } name, EndpointConfigArn: { } arn } ? new(name, arn, config.CreationTime, await EndpointTags.ReadAsync(aws, arn, cancellationToken)) : null;
        }
        catch (AwsServiceException deleted) when (deleted.IsCouldNotFind())
        {
            return null; // a moment ago
        }
    }
}
