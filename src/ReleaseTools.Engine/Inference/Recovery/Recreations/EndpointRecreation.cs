using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery.Recreations;

/// <summary>
/// Deletes an endpoint and creates it again. Cut off anywhere and run again, here or on another machine, it comes to the same end:
/// <code>
/// 1  read: tags, scaling              nothing has happened
/// 2  record: a file, and tags on      the same again; what was recorded before and is gone by now is kept
///    the configuration
/// 3  DeleteEndpoint                   Deleting or gone, with a record: created from it
/// 4  wait until it is gone            the same
/// 5  CreateEndpoint                   Creating: waited for
/// 6  wait until it is InService       InService, with a record: 7
/// 7  scaling                          what is missing of it is put back
/// 8  forget the record                the record that is still there is forgotten
/// </code>
/// </summary>
internal sealed class EndpointRecreation(RecoveryTools tools)
{
    private readonly EndpointCreation creation = new(tools);

    /// <summary>Deletes and creates it.</summary>
    /// <param name="facts">The endpoint as it was read.</param>
    /// <param name="source">The configuration to create it from, which is whole.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait. What is deleted by then is not created by itself; that is said.</param>
    /// <exception cref="ReleaseException">EndpointScalingUnreadable, EndpointRecordNotWritten: nothing was deleted; and as <see cref="EndpointCreation.RunAsync"/>.</exception>
    public async Task RunAsync(EndpointFacts facts, HistoricConfig source, Patience patience, CancellationToken cancellationToken)
    {
        var record = await RecordAsync(facts, source, cancellationToken);
        await tools.Store.WriteAsync(record, cancellationToken);
        tools.Observer.Report(new Announced(
            facts.EndpointName, $"It is deleted and created again from {source.Name}, with {record.Tags.Count} tags and {record.Scaling.Targets.Count} scalable targets."));
        try
        {
            await DeleteAsync(facts.EndpointName, cancellationToken);
            await creation.UntilGoneAsync(facts.EndpointName, patience, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            tools.Observer.Report(new LeftRunning(facts.EndpointName, EndpointCreation.GoesOn(facts.EndpointName)));
            throw;
        }

        await creation.RunAsync(record, patience, cancellationToken);
    }

    /// <summary>
    /// What the endpoint will need. A former attempt may have lost some of it by now: an endpoint that was created and failed has no scaling.
    /// </summary>
    public async Task<RecreationRecord> RecordAsync(EndpointFacts facts, HistoricConfig source, CancellationToken cancellationToken)
    {
        var before = facts.Interrupted;
        var tags = facts.Endpoint?.EndpointArn is { } arn ? EndpointTags.Carried(await EndpointTags.ReadAsync(tools.Aws, arn, cancellationToken)) : [];
        var scaling = await ReadScalingAsync(facts, source, cancellationToken);
        return new()
        {
            EndpointName = facts.EndpointName,
            EndpointConfigName = source.Name,
            EndpointConfigArn = source.Arn,
            Begun = before?.Begun ?? tools.Time.GetUtcNow(),
            Tags = [.. (before?.Tags ?? []).Where(tag => tags.All(own => own.Key != tag.Key)), .. tags],
            Scaling = before is null ? scaling : EndpointScaling.Merged(before.Scaling, scaling),
        };
    }

    private async Task<EndpointScalingState> ReadScalingAsync(EndpointFacts facts, HistoricConfig source, CancellationToken cancellationToken)
    {
        try
        {
            return await new EndpointScaling(tools.Aws, tools.Observer, tools.Time).ReadAsync(facts.EndpointName, source.Content!.VariantNames, cancellationToken);
        }
        catch (AwsServiceException unread)
        {
            throw ReleaseException.Wrap(unread, nameof(Messages.EndpointScalingUnreadable), unread.Kind, facts.EndpointName, facts.EndpointName, unread.Message);
        }
    }

    private async Task DeleteAsync(string endpointName, CancellationToken cancellationToken)
    {
        try
        {
            await tools.Aws.SageMaker.DeleteEndpointAsync(new(endpointName), cancellationToken);
        }
        catch (AwsServiceException gone) when (gone.IsCouldNotFind())
        {
            // It is.
        }
        catch (AwsServiceException error) when (error.MayHaveBeenDone() || error.Code == "ValidationException")
        {
            // Refused, because it is being deleted already, or not answered: the endpoint tells which.
            await Task.Delay(ReadLag.BetweenLooks, tools.Time, cancellationToken);
            if (!await IsDeletingAsync(endpointName, cancellationToken))
                throw ReleaseException.Wrap(error, nameof(Messages.EndpointRepairFailed), error.Kind, endpointName, endpointName, $"it is not being deleted. {error.Message}", EndpointText.Recreate(endpointName));
        }
    }

    private async Task<bool> IsDeletingAsync(string endpointName, CancellationToken cancellationToken)
    {
        try
        {
            return (await tools.Aws.SageMaker.DescribeEndpointAsync(new(endpointName), cancellationToken)).EndpointStatus == "Deleting";
        }
        catch (AwsServiceException gone) when (gone.IsCouldNotFind())
        {
            return true;
        }
    }
}
