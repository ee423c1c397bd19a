using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Inference.Recovery.Recreations;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery;

/// <summary>
/// Updates an endpoint to a configuration of its history, and believes nothing but the three proofs. The deployment is the plain one, all at
/// once and without alarms: those of the last update may be on, for the endpoint is broken, and would roll back what repairs it.
/// </summary>
internal sealed class EndpointConfigUpdate(RecoveryTools tools)
{
    private readonly EndpointScaling scaling = new(tools.Aws, tools.Observer, tools.Time);
    private readonly ConfigContents contents = new(tools.Aws, tools.Registry, tools.Observer, tools.Time);

    /// <summary>Updates it.</summary>
    /// <param name="facts">The endpoint as it was read.</param>
    /// <param name="target">The configuration, which is whole.</param>
    /// <param name="patience">How long to wait; null not to wait.</param>
    /// <param name="cancellationToken">Ends the wait; the update goes on.</param>
    /// <exception cref="AwsServiceException">SageMaker refused the update.</exception>
    public async Task<EndpointUpdate> RunAsync(EndpointFacts facts, HistoricConfig target, Patience? patience, CancellationToken cancellationToken)
    {
        var name = facts.EndpointName;
        var content = target.Content!;
        var goals = await contents.GoalsAsync(content, cancellationToken);
        var isServerless = EndpointClone.VariantsOf(content.Config).Any(variant => variant["ServerlessConfig"] is not null);
        var retain = !isServerless && await scaling.OwnsCountsAsync(name, content.VariantNames, cancellationToken);
        var configName = target.Name == facts.Endpoint!.EndpointConfigName ? await CloneAsync(facts, target, cancellationToken) : target.Name;
        var update = ToUpdate(facts, target, goals) with { EndpointConfigName = configName };
        var start = new EndpointStart(tools.Aws, tools.Observer, tools.Time);
        try
        {
            await start.StartAsync(new(name, configName) { RetainAllVariantProperties = retain ? true : null }, cancellationToken);
            if (patience is null)
                return update with { Status = EndpointUpdateStatus.InProgress, Reason = EndpointText.GoesOn(name) };
            var verdict = await VerdictAsync(new(name, configName, facts.Endpoint.EndpointConfigName, goals) { FormerStatus = facts.Status }, patience.Left, cancellationToken);
            update = update with { Status = verdict.Status, Reason = verdict.Reason, NextCommand = verdict.NextCommand };
        }
        catch (AwsServiceException) when (!start.MayHaveBegun && configName != target.Name)
        {
            await RemoveCloneAsync(name, configName);
            throw;
        }
        catch (Exception) when (start.MayHaveBegun)
        {
            tools.Observer.Report(new LeftRunning(name, EndpointText.GoesOn(name)));
            throw;
        }

        if (update.Status != EndpointUpdateStatus.Updated)
            return update;
        if (goals.Count == 0)
            return update with { Reason = $"{update.Reason} Which digests its models name could not be read, so what it serves is not proven." };
        await new EndpointProof(tools.Aws, tools.Observer, tools.Time).WriteAsync(name, configName, cancellationToken);
        return update;
    }

    /// <summary>What an update to a configuration is told as.</summary>
    public static EndpointUpdate ToUpdate(EndpointFacts facts, HistoricConfig target, IReadOnlyList<ImageGoal> goals) => new()
    {
        EndpointName = facts.EndpointName,
        Status = EndpointUpdateStatus.Planned,
        ImageUri = goals.Select(goal => goal.ImageUri).Distinct(StringComparer.Ordinal).ToList() is [var image] ? image : null,
        Digest = goals.Select(goal => goal.Digest).Distinct(StringComparer.Ordinal).ToList() is [var digest] ? digest : null,
        EndpointConfigName = target.Name,
        PreviousEndpointConfigName = facts.Endpoint?.EndpointConfigName,
        ModelName = string.Join(", ", target.Content?.Models.Keys ?? []),
        VariantName = string.Join(", ", target.Content?.VariantNames ?? []),
    };

    private async Task<EndpointVerdict> VerdictAsync(EndpointExpectation expected, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await new EndpointWatcher(tools.Aws, tools.Observer, tools.Time).UpdatedAsync(expected, timeout, cancellationToken);
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            return new(EndpointUpdateStatus.Failed, "The endpoint was deleted during its update.", EndpointText.Repair(expected.EndpointName));
        }
    }

    // The update was refused, so nothing is on it.
    private async Task RemoveCloneAsync(string endpointName, string configName)
    {
        try
        {
            await tools.Aws.SageMaker.DeleteEndpointConfigAsync(new(configName), CancellationToken.None);
        }
        catch (AwsServiceException error)
        {
            tools.Observer.Report(new Noted(endpointName, $"Configuration {configName}, which was made for the update, stays: {error.Message}"));
        }
    }

    // "To update an endpoint, you must create a new EndpointConfig" (UpdateEndpoint, API reference): not even to the one that it names, half served, already.
    private async Task<string> CloneAsync(EndpointFacts facts, HistoricConfig target, CancellationToken cancellationToken)
    {
        var name = EndpointNames.For(facts.EndpointName, target.Release ?? "", tools.Time.GetUtcNow());
        var tags = EndpointTags.Of(target.Tags, facts.EndpointName, target.Release, target.PreviousConfig ?? target.Name);
        var request = EndpointClone.Config(target.Content!.Config, name, new Dictionary<string, string>(StringComparer.Ordinal), tags);
        try
        {
            await tools.Aws.SageMaker.CreateEndpointConfigAsync(request, cancellationToken);
        }
        catch (AwsServiceException exists) when (exists.IsAlreadyExisting())
        {
            // Of this very second: by a call whose answer was lost, and that was sent again.
        }

        tools.Observer.Report(new Noted(facts.EndpointName, $"Made configuration {name}, a clone of {target.Name}, which it names already."));
        return name;
    }
}
