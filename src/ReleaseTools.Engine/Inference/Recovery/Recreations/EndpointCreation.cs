using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery.Recreations;

/// <summary>
/// Creates an endpoint from a configuration of its history, with its tags, and puts back what scaled it.
/// <code>
/// found                       then
/// nothing                     created
/// Deleting                    waited for until it is gone, then created
/// Creating                    waited for: it is ours, begun before
/// InService                   its scaling is put back, and the record forgotten
/// Failed                      an error; the record stays, for the next time needs it
/// </code>
/// </summary>
internal sealed class EndpointCreation(RecoveryTools tools)
{
    private readonly EndpointWatcher watcher = new(tools.Aws, tools.Observer, tools.Time);

    /// <summary>Creates it, or goes on where a creation was cut off.</summary>
    /// <param name="record">What it is to be like.</param>
    /// <param name="patience">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait; the creation goes on.</param>
    /// <exception cref="ReleaseException">EndpointRepairFailed, EndpointRepairNotOver, EndpointScalingNotRestored.</exception>
    public async Task RunAsync(RecreationRecord record, Patience patience, CancellationToken cancellationToken)
    {
        try
        {
            while (!await BegunAsync(record, cancellationToken))
                await UntilGoneAsync(record.EndpointName, patience, cancellationToken);
            await UntilInServiceAsync(record.EndpointName, patience, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            tools.Observer.Report(new LeftRunning(record.EndpointName, GoesOn(record.EndpointName)));
            throw;
        }

        await FinishAsync(record, cancellationToken);
    }

    /// <summary>Puts back what scaled it, and forgets the record.</summary>
    /// <exception cref="ReleaseException">EndpointScalingNotRestored; the record stays.</exception>
    public async Task FinishAsync(RecreationRecord record, CancellationToken cancellationToken)
    {
        if (!record.IsWhole)
        {
            tools.Observer.Report(new Warned(
                record.EndpointName, $"Its tags and its scaling are recorded on the machine on which its re-creation began, and not known here. There: {EndpointText.Repair(record.EndpointName)}"));
        }

        try
        {
            await new EndpointScaling(tools.Aws, tools.Observer, tools.Time).RestoreAsync(record.EndpointName, record.Scaling, cancellationToken);
        }
        catch (AwsServiceException error)
        {
            throw ReleaseException.Wrap(error, nameof(Messages.EndpointScalingNotRestored), error.Kind, record.EndpointName, record.EndpointName, error.Message);
        }

        await tools.Store.ForgetAsync(record, cancellationToken);
    }

    /// <summary>Waits until the endpoint is gone.</summary>
    /// <exception cref="ReleaseException">EndpointRepairNotOver.</exception>
    public async Task UntilGoneAsync(string endpointName, Patience patience, CancellationToken cancellationToken)
    {
        if (!await watcher.UntilAsync(endpointName, patience.Left, seen => seen is null, cancellationToken))
            throw NotOver(endpointName, "Deleting", patience);
    }

    /// <summary>What is told of an endpoint whose creation is not followed to its end.</summary>
    public static string GoesOn(string endpointName) =>
        $"Endpoint {endpointName} is being deleted, or created again, and is not finished by itself. To go on: {EndpointText.Repair(endpointName)}";

    // Whether there is an endpoint that is ours; false while the one that is deleted is still there.
    private async Task<bool> BegunAsync(RecreationRecord record, CancellationToken cancellationToken)
    {
        try
        {
            var request = new CreateEndpointRequest(record.EndpointName, record.EndpointConfigName) { Tags = record.Tags.Count == 0 ? null : record.Tags };
            await ReadLag.UntilFoundAsync(tools.Time, [record.EndpointConfigName], () => tools.Aws.SageMaker.CreateEndpointAsync(request, cancellationToken), cancellationToken);
            tools.Observer.Report(new Noted(record.EndpointName, $"It is being created from {record.EndpointConfigName}."));
            return true;
        }
        catch (AwsServiceException exists) when (exists.IsAlreadyExisting())
        {
            // Of this name there is one at a time: either the old one is not gone yet, or ours was begun by a call whose answer was lost.
            return await IsThereAsync(record.EndpointName, cancellationToken);
        }
        catch (AwsServiceException lost) when (lost.MayHaveBeenDone())
        {
            tools.Observer.Report(new Warned(record.EndpointName, $"CreateEndpoint was not answered ({lost.Code}); the endpoint will tell whether it is being created."));
            await Task.Delay(ReadLag.BetweenLooks, tools.Time, cancellationToken);
            return await IsThereAsync(record.EndpointName, cancellationToken);
        }
    }

    private async Task UntilInServiceAsync(string endpointName, Patience patience, CancellationToken cancellationToken)
    {
        var began = tools.Time.GetTimestamp();
        DescribeEndpointResponse? last = null;
        var ended = await watcher.UntilAsync(
            endpointName, patience.Left,
            seen =>
            {
                last = seen;

                // What was created a moment ago may not be found yet.
                return seen is null ? tools.Time.GetElapsedTime(began) > ReadLag.Longest : EndpointState.Of(endpointName, seen.EndpointStatus, seen.FailureReason).Readiness != EndpointReadiness.Wait;
            },
            cancellationToken);
        if (!ended)
            throw NotOver(endpointName, last?.EndpointStatus ?? EndpointState.Missing, patience);
        if (last?.EndpointStatus != "InService")
        {
            var state = EndpointState.Of(endpointName, last is null ? EndpointState.Missing : last.EndpointStatus, last?.FailureReason);
            throw ReleaseException.For(
                nameof(Messages.EndpointRepairFailed), ErrorKind.Failed, endpointName, endpointName, $"it was created and is {last?.EndpointStatus ?? EndpointState.Missing}. {state.Diagnosis}", state.NextCommand);
        }
    }

    private async Task<bool> IsThereAsync(string endpointName, CancellationToken cancellationToken)
    {
        try
        {
            return (await tools.Aws.SageMaker.DescribeEndpointAsync(new(endpointName), cancellationToken)).EndpointStatus != "Deleting";
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            return false;
        }
    }

    /// <summary>What a wait that ran out is told as.</summary>
    public static ReleaseException NotOver(string endpointName, string? status, Patience patience) => ReleaseException.For(
        nameof(Messages.EndpointRepairNotOver), ErrorKind.Timeout, endpointName, endpointName, status, Words.Duration(patience.Total), EndpointText.Repair(endpointName));
}
