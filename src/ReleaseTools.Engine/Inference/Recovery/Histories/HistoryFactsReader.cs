using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;

namespace ReleaseTools.Engine.Inference.Recovery.Histories;

/// <summary>Reads all of an endpoint's history, and what of it anybody uses. What cannot be read ends it: nothing is removed by half a picture.</summary>
internal sealed class HistoryFactsReader(RecoveryTools tools)
{
    // SageMaker throttles.
    private const int AtOnce = 6;

    /// <summary>Reads.</summary>
    /// <exception cref="AwsServiceException">Something may not be read.</exception>
    public async Task<HistoryFacts> ReadAsync(string endpointName, CancellationToken cancellationToken)
    {
        var stem = EndpointNames.Stem(endpointName);
        var configs = await new EndpointHistory(tools.Aws, tools.Observer).ListAsync(endpointName, int.MaxValue, cancellationToken);
        var endpoints = await EndpointsAsync(cancellationToken);
        var inUse = endpoints.SelectMany(ConfigsOf).ToHashSet(StringComparer.Ordinal);
        var alike = await PagesAsync(async next =>
        {
            var page = await tools.Aws.SageMaker.ListEndpointConfigsAsync(new(stem) { NextToken = next }, cancellationToken);
            return (page.EndpointConfigs?.Select(config => config.EndpointConfigName), page.NextToken);
        });
        var modelsOf = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        await foreach (var (config, models) in Throttled.RunAsync(alike.Concat(inUse).ToHashSet(StringComparer.Ordinal), AtOnce, ModelsOfAsync, cancellationToken))
            modelsOf[config] = models;
        return new()
        {
            EndpointName = endpointName,
            IsHealthy = endpoints.Exists(endpoint => endpoint.EndpointName == endpointName && endpoint.EndpointStatus == "InService" && modelsOf.GetValueOrDefault(endpoint.EndpointConfigName!) is { Count: > 0 }),
            Configs = configs,
            Models = await ModelsAsync(endpointName, stem, cancellationToken),
            ConfigsInUse = inUse,
            ModelsOf = modelsOf,
        };
    }

    /// <summary>The configurations that an endpoint names, now or as pending; none where there is no such endpoint.</summary>
    public async Task<IReadOnlyList<string>> InUseByAsync(string endpointName, CancellationToken cancellationToken) =>
        await DescribeAsync(endpointName, cancellationToken) is { } endpoint ? [.. ConfigsOf(endpoint)] : [];

    private static IEnumerable<string> ConfigsOf(DescribeEndpointResponse endpoint) =>
        new[] { endpoint.EndpointConfigName, endpoint.PendingDeploymentSummary?.EndpointConfigName }.OfType<string>();

    private async Task<List<DescribeEndpointResponse>> EndpointsAsync(CancellationToken cancellationToken)
    {
        var names = await PagesAsync(async next =>
        {
            var page = await tools.Aws.SageMaker.ListEndpointsAsync(new() { NextToken = next }, cancellationToken);
            return (page.Endpoints?.Select(endpoint => endpoint.EndpointName), page.NextToken);
        });
        var endpoints = new List<DescribeEndpointResponse>();
        await foreach (var endpoint in Throttled.RunAsync(names, AtOnce, DescribeAsync, cancellationToken))
        {
            if (endpoint is not null)
                endpoints.Add(endpoint);
        }

        return endpoints;
    }

    private async Task<IReadOnlyList<HistoricModel>> ModelsAsync(string endpointName, string stem, CancellationToken cancellationToken)
    {
        var listed = new List<ModelSummary>();
        string? next = null;
        do
        {
            var page = await tools.Aws.SageMaker.ListModelsAsync(new(stem) { NextToken = next }, cancellationToken);
            listed.AddRange(page.Models ?? []);
            next = page.NextToken;
        }
        while (next is not null);

        var models = new List<HistoricModel>();
        await foreach (var (model, tags) in Throttled.RunAsync(listed, AtOnce, async (model, token) => (model, await TagsAsync(model.ModelArn!, token)), cancellationToken))
        {
            if (tags.Value(EndpointTags.Endpoint) == endpointName)
                models.Add(new(model.ModelName!, model.CreationTime, tags.Value(EndpointTags.Release)));
        }

        return models;
    }

    private async Task<DescribeEndpointResponse?> DescribeAsync(string endpointName, CancellationToken cancellationToken) =>
        await OrGoneAsync(async () => await tools.Aws.SageMaker.DescribeEndpointAsync(new(endpointName), cancellationToken));

    private async Task<IReadOnlyList<Tag>> TagsAsync(string arn, CancellationToken cancellationToken) =>
        await OrGoneAsync(() => EndpointTags.ReadAsync(tools.Aws, arn, cancellationToken)) ?? [];

    private async Task<(string Config, IReadOnlyList<string> Models)> ModelsOfAsync(string name, CancellationToken cancellationToken) =>
        (name, await OrGoneAsync(() => tools.Aws.SageMaker.DescribeEndpointConfigAsync(new(name), cancellationToken)) is { } config
            ? [.. EndpointClone.VariantsOf(config).Select(variant => EndpointClone.Text(variant, "ModelName")).OfType<string>()]
            : []);

    private static async Task<T?> OrGoneAsync<T>(Func<Task<T>> read)
        where T : class
    {
        try
        {
            return await read();
        }
        catch (AwsServiceException gone) when (gone.IsCouldNotFind())
        {
            return null;
        }
    }

    private static async Task<List<string>> PagesAsync(Func<string?, Task<(IEnumerable<string?>? Names, string? Next)>> read)
    {
        var all = new List<string>();
        string? next = null;
        do
        {
            (var names, next) = await read(next);
            all.AddRange((names ?? []).OfType<string>());
        }
        while (next is not null);
        return all;
    }
}
