using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>Adds to an update that failed what SageMaker does not say: its alarms, and what the containers logged.</summary>
internal sealed class EndpointFailures(AwsSession aws, IReleaseObserver observer)
{
    /// <summary>The update with all that is known of why it failed.</summary>
    /// <param name="update">The update; one that did not fail comes back as it is.</param>
    /// <param name="since">When it began.</param>
    /// <param name="alarms">The alarms that would roll it back.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    public async Task<EndpointUpdate> TellAsync(EndpointUpdate update, DateTimeOffset since, IReadOnlyList<string> alarms, CancellationToken cancellationToken)
    {
        if (update.Status is not (EndpointUpdateStatus.Failed or EndpointUpdateStatus.RolledBack))
            return update;
        try
        {
            var said = await new EndpointAlarms(aws, observer).SayAsync(update.EndpointName, alarms, since, cancellationToken);
            return update with
            {
                Reason = said is null ? update.Reason : $"{update.Reason} {said}",
                LogLines = await new EndpointLogs(aws, observer).LastLinesAsync(update.EndpointName, since, cancellationToken),
            };
        }
        catch (OperationCanceledException)
        {
            return update; // what became of it is known, and is to be told
        }
    }
}
