using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;

namespace ReleaseTools.Engine.Inference.Recovery;

/// <summary>A step that would be taken with an endpoint.</summary>
/// <param name="Diagnosis">The endpoint, and the step that is next.</param>
/// <param name="Action">What is done, as what one asks about.</param>
/// <param name="IsDestructive">Whether the endpoint serves nothing meanwhile.</param>
public sealed record EndpointRepairStep(EndpointDiagnosis Diagnosis, string Action, bool IsDestructive);

/// <summary>How a repair ended.</summary>
/// <param name="Diagnosis">The endpoint as it is then.</param>
/// <param name="Error">Why it is not healthy; null where it is, or where a step was declined.</param>
public sealed record EndpointRepairResult(EndpointDiagnosis Diagnosis, ReleaseException? Error);

/// <summary>
/// Tests endpoints and repairs them, one step after the other, each chosen by what the endpoint says after the one before: a wait may
/// end in what needs another step. No step is taken twice. What a step needs is read before it begins, so one that was cut off is
/// simply begun again.
/// </summary>
public sealed class EndpointRepairs(RecoveryTools tools)
{
    private readonly EndpointFactsReader reader = new(tools);

    /// <summary>Says how an endpoint is and what is next. Reads only.</summary>
    /// <exception cref="AwsServiceException">It may not be read.</exception>
    public async Task<EndpointDiagnosis> TestAsync(string endpointName, CancellationToken cancellationToken) =>
        EndpointDiagnoser.Of(await reader.ReadAsync(endpointName, cancellationToken)).Diagnosis;

    /// <summary>Does what is next until the endpoint is healthy.</summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="allowRecreate">Whether it may be deleted and created again.</param>
    /// <param name="timeout">How long to wait in all.</param>
    /// <param name="approve">Asked before each step; false leaves it at that.</param>
    /// <param name="cancellationToken">Ends the wait. What goes on at SageMaker is said.</param>
    /// <exception cref="AwsServiceException">The endpoint may not be read.</exception>
    public async Task<EndpointRepairResult> RepairAsync(
        string endpointName, bool allowRecreate, TimeSpan timeout, Func<EndpointRepairStep, Task<bool>> approve, CancellationToken cancellationToken)
    {
        var taken = new Dictionary<EndpointNextStep, long>();
        var pace = new PollPace(ReadLag.BetweenLooks, ReadLag.Longest);
        var run = new EndpointRepairRun(tools, new Patience(tools.Time, timeout));
        while (true)
        {
            var facts = await reader.ReadAsync(endpointName, cancellationToken);
            var finding = run.Revised(EndpointDiagnoser.Of(facts));
            var diagnosis = finding.Diagnosis;
            if (diagnosis.NextStep == EndpointNextStep.None)
            {
                tools.Store.ForgetFile(endpointName);
                return new(diagnosis, Error: null);
            }

            if (taken.TryGetValue(diagnosis.NextStep, out var at))
            {
                // Reads lag: what was done a moment ago may not be seen yet.
                if (tools.Time.GetElapsedTime(at) > ReadLag.Longest)
                    return new(diagnosis, Failed(endpointName, $"{RepairText.Done(diagnosis.NextStep)}, and it is {diagnosis.Status} all the same. {diagnosis.Problem}", diagnosis.NextCommand));
                await Task.Delay(pace.After(moved: false), tools.Time, cancellationToken);
                continue;
            }

            if (Refusal(diagnosis, allowRecreate) is { } refusal)
                return new(diagnosis, refusal);
            if (!await approve(new(diagnosis, RepairText.Action(finding), diagnosis.NextStep == EndpointNextStep.Recreate)))
                return new(diagnosis, Error: null);
            try
            {
                await run.TakeAsync(facts, finding, cancellationToken);
            }
            catch (ReleaseException error)
            {
                return new(await AfterwardsAsync(diagnosis, cancellationToken), error);
            }

            if (diagnosis.NextStep != EndpointNextStep.Wait)
                taken[diagnosis.NextStep] = tools.Time.GetTimestamp();
        }
    }

    // What ended the step may keep the endpoint from being read as well.
    private async Task<EndpointDiagnosis> AfterwardsAsync(EndpointDiagnosis before, CancellationToken cancellationToken)
    {
        try
        {
            return await TestAsync(before.EndpointName, cancellationToken);
        }
        catch (AwsServiceException)
        {
            return before;
        }
    }

    private static ReleaseException? Refusal(EndpointDiagnosis diagnosis, bool allowRecreate) => diagnosis.NextStep switch
    {
        EndpointNextStep.Unknown => ReleaseException.For(
            nameof(Messages.EndpointNotRepairable), ErrorKind.InvalidState, diagnosis.EndpointName, diagnosis.EndpointName, diagnosis.Status, diagnosis.Problem, diagnosis.NextCommand),
        EndpointNextStep.Recreate when !allowRecreate => ReleaseException.For(
            nameof(Messages.EndpointRecreateNotAllowed), ErrorKind.InvalidState, diagnosis.EndpointName, diagnosis.EndpointName, diagnosis.Status, diagnosis.Problem, diagnosis.NextCommand),
        _ => null,
    };

    internal static ReleaseException Failed(string endpointName, string reason, string? nextCommand) => ReleaseException.For(
        nameof(Messages.EndpointRepairFailed), ErrorKind.Failed, endpointName, endpointName, reason, nextCommand ?? EndpointText.Test(endpointName));
}
