using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Configs;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Inference.Recovery.Recreations;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery;

/// <summary>Takes the steps of one repair, and remembers between them what only the earlier ones saw.</summary>
internal sealed class EndpointRepairRun(RecoveryTools tools, Patience patience)
{
    private readonly EndpointCreation creation = new(tools);
    private IReadOnlyList<Tag>? tagsBeforeDeletion;
    private string? refused;

    /// <summary>A finding with what the run has learned: an update that SageMaker refuses is not what is next.</summary>
    public EndpointFinding Revised(EndpointFinding finding) => refused is null || finding.Diagnosis.NextStep != EndpointNextStep.Update
        ? finding
        : finding with
        {
            Diagnosis = finding.Diagnosis with
            {
                NextStep = EndpointNextStep.Recreate,
                NextCommand = EndpointText.Recreate(finding.Diagnosis.EndpointName),
                Problem = $"{finding.Diagnosis.Problem} SageMaker refuses to update it: {refused}",
            },
        };

    /// <summary>Takes a step.</summary>
    /// <exception cref="ReleaseException">It did not succeed, or was not over in time.</exception>
    public Task TakeAsync(EndpointFacts facts, EndpointFinding finding, CancellationToken cancellationToken) => finding.Diagnosis.NextStep switch
    {
        EndpointNextStep.Wait when facts.Status == "Deleting" => UntilGoneAsync(facts, cancellationToken),
        EndpointNextStep.Wait => UntilSettledAsync(facts, cancellationToken),
        EndpointNextStep.Update => UpdateAsync(facts, facts.Find(finding.TargetConfigName!)!, cancellationToken),
        EndpointNextStep.RecreateConfiguration => new ConfigRepair(tools).RunAsync(facts, cancellationToken),
        EndpointNextStep.Recreate => new EndpointRecreation(tools).RunAsync(facts, facts.Find(finding.TargetConfigName!)!, patience, cancellationToken),
        EndpointNextStep.Create when facts.Endpoint is not null => creation.FinishAsync(facts.Interrupted!, cancellationToken),
        EndpointNextStep.Create => creation.RunAsync(Recorded(facts, facts.Find(finding.TargetConfigName!)!), patience, cancellationToken),
        var other => throw new InvalidOperationException($"{other} is no step to take."),
    };

    // The deletion of somebody else: the tags are still there to be read, the scaling is gone.
    private async Task UntilGoneAsync(EndpointFacts facts, CancellationToken cancellationToken)
    {
        if (facts.Interrupted is null && facts.Endpoint?.EndpointArn is { } arn)
        {
            try
            {
                tagsBeforeDeletion = EndpointTags.Carried(await EndpointTags.ReadAsync(tools.Aws, arn, cancellationToken));
            }
            catch (AwsServiceException unread)
            {
                tools.Observer.Report(new Noted(facts.EndpointName, $"Its tags could not be read before it is gone. {unread.Message}"));
            }
        }

        await WaitedForAsync(facts, () => creation.UntilGoneAsync(facts.EndpointName, patience, cancellationToken));
    }

    private Task UntilSettledAsync(EndpointFacts facts, CancellationToken cancellationToken) => WaitedForAsync(facts, async () =>
    {
        try
        {
            var (settled, status) = await new EndpointWatcher(tools.Aws, tools.Observer, tools.Time).SettledAsync(facts.EndpointName, patience.Left, cancellationToken);
            if (!settled)
                throw EndpointCreation.NotOver(facts.EndpointName, status, patience);
        }
        catch (AwsServiceException gone) when (gone.IsCouldNotFind())
        {
            // Which is the next thing that is found.
        }
    });

    private async Task WaitedForAsync(EndpointFacts facts, Func<Task> wait)
    {
        try
        {
            await wait();
        }
        catch (OperationCanceledException)
        {
            tools.Observer.Report(new LeftRunning(facts.EndpointName, $"It is {facts.Status} at SageMaker, which goes on. To wait for it and go on: {EndpointText.Repair(facts.EndpointName)}"));
            throw;
        }
    }

    private async Task UpdateAsync(EndpointFacts facts, HistoricConfig target, CancellationToken cancellationToken)
    {
        try
        {
            var update = await new EndpointConfigUpdate(tools).RunAsync(facts, target, patience, cancellationToken);
            if (update.Status == EndpointUpdateStatus.TimedOut)
                throw EndpointCreation.NotOver(facts.EndpointName, "Updating", patience);
            if (update.Status != EndpointUpdateStatus.Updated)
                throw EndpointRepairs.Failed(facts.EndpointName, $"its update to {target.Name} ended {update.Status}. {update.Reason}", update.NextCommand);
        }
        catch (AwsServiceException refusal) when (refusal is { Operation: "UpdateEndpoint", Code: "ValidationException" })
        {
            refused = refusal.Message;
        }
    }

    // Of an endpoint that was deleted by somebody else nothing was recorded; as a rule its configuration has the same tags.
    private RecreationRecord Recorded(EndpointFacts facts, HistoricConfig source) => facts.Interrupted is { } record
        ? record with { EndpointConfigName = source.Name }
        : new()
        {
            EndpointName = facts.EndpointName,
            EndpointConfigName = source.Name,
            EndpointConfigArn = source.Arn,
            Begun = facts.ReadAt,
            Tags = tagsBeforeDeletion ?? EndpointTags.Carried(source.Tags),
        };
}
