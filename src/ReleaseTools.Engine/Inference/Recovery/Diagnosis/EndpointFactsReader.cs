using System.Text.Json;
using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;

namespace ReleaseTools.Engine.Inference.Recovery.Diagnosis;

/// <summary>
/// Reads what can be known of an endpoint: itself, the configuration it names, its history, what was recorded of a re-creation, and what
/// Terraform thinks. It looks into a configuration only where it may be the one that is next.
/// </summary>
internal sealed class EndpointFactsReader(RecoveryTools tools)
{
    // How many configurations are looked into for one that is whole.
    private const int MostTried = 5;

    private readonly EndpointHistory history = new(tools.Aws, tools.Observer);
    private readonly ConfigContents contents = new(tools.Aws, tools.Registry, tools.Observer, tools.Time);

    /// <summary>Reads.</summary>
    /// <exception cref="AwsServiceException">The endpoint or its configuration may not be read.</exception>
    public async Task<EndpointFacts> ReadAsync(string endpointName, CancellationToken cancellationToken)
    {
        var terraform = tools.Terraform is null ? Task.FromResult(new TerraformFacts(IsThere: false, ConfigName: null)) : tools.Terraform.ReadAsync(endpointName, cancellationToken);
        var described = await DescribeAsync(endpointName, cancellationToken);
        var endpoint = described?.Deserialize(SageMakerJson.Default.DescribeEndpointResponse);
        var configs = await history.ReadAsync(endpointName, [endpoint?.EndpointConfigName, endpoint?.PendingDeploymentSummary?.EndpointConfigName], cancellationToken);
        var facts = new EndpointFacts
        {
            EndpointName = endpointName,
            ReadAt = tools.Time.GetUtcNow(),
            Endpoint = endpoint,
            Described = described,
            History = configs,
            Interrupted = await tools.Store.FindAsync(endpointName, configs, name => history.FindAsync(name, cancellationToken), cancellationToken),
        };
        facts = await WithRecordedAsync(facts, cancellationToken);
        facts = await LookIntoAsync(facts, facts.Current, cancellationToken);
        facts = await WithGoodAsync(facts, cancellationToken);
        if (endpoint is null)
            facts = await UntilWholeAsync(facts, facts.History, cancellationToken);
        if (endpoint?.EndpointStatus == "InService" && facts.Current is null or { Content.DeletedModels.Count: > 0 })
            facts = await WithPatternAsync(facts, cancellationToken);
        return facts with { Terraform = await terraform };
    }

    private async Task<JsonObject?> DescribeAsync(string endpointName, CancellationToken cancellationToken)
    {
        try
        {
            return await tools.Aws.SageMaker.DescribeEndpointWholeAsync(new(endpointName), cancellationToken);
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            return null;
        }
    }

    private async Task<EndpointFacts> WithRecordedAsync(EndpointFacts facts, CancellationToken cancellationToken)
    {
        if (facts.Interrupted is not { } record)
            return facts;
        if (facts.Find(record.EndpointConfigName) is null && await history.FindAsync(record.EndpointConfigName, cancellationToken) is { } recorded)
            facts = facts with { History = [.. facts.History, recorded] };
        return await LookIntoAsync(facts, facts.Find(record.EndpointConfigName), cancellationToken);
    }

    private Task<EndpointFacts> WithGoodAsync(EndpointFacts facts, CancellationToken cancellationToken) => UntilWholeAsync(facts, KnownGood.Of(facts.History), cancellationToken);

    private async Task<EndpointFacts> UntilWholeAsync(EndpointFacts facts, IReadOnlyList<HistoricConfig> candidates, CancellationToken cancellationToken)
    {
        foreach (var candidate in candidates.Take(MostTried))
        {
            facts = await LookIntoAsync(facts, candidate, cancellationToken);
            if (facts.Find(candidate.Name)!.IsWhole)
                break;
        }

        return facts;
    }

    private async Task<EndpointFacts> WithPatternAsync(EndpointFacts facts, CancellationToken cancellationToken)
    {
        foreach (var candidate in ConfigPattern.Candidates(facts).Take(MostTried))
        {
            facts = await LookIntoAsync(facts, candidate, cancellationToken);
            if (ConfigPattern.Fits(facts, facts.Find(candidate.Name)!))
                return facts with { Pattern = facts.Find(candidate.Name) };
        }

        return facts;
    }

    private async Task<EndpointFacts> LookIntoAsync(EndpointFacts facts, HistoricConfig? config, CancellationToken cancellationToken)
    {
        if (config is null or { Content: not null })
            return facts;
        var looked = await contents.ReadAsync(config, cancellationToken);
        return facts with { History = [.. facts.History.Select(one => one.Name == config.Name ? looked : one)] };
    }
}
