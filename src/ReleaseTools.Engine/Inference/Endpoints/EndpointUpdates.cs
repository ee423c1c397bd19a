using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// Updates of SageMaker endpoints to another image, environment or instances: plan, clone the model and the configuration,
/// update, and believe nothing but the three proofs. A second call for the same release joins: it waits out an update that
/// is under way, and finds nothing to do where that one led to the digest.
/// </summary>
public sealed class EndpointUpdates(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time)
{
    // Three or four calls, each with the SDK's retries.
    private static readonly TimeSpan CleanUp = TimeSpan.FromMinutes(1);

    private readonly EndpointProof proof = new(aws, observer, time);

    /// <summary>Says what an image, or another change, means for an endpoint. Reads only, and does not wait: a busy endpoint's plan is <see cref="EndpointAction.Wait"/>.</summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="image">The image to serve; one without digest (not pushed yet) is planned as an update; what it serves when null.</param>
    /// <param name="options">How it is to be updated.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="ReleaseException">The endpoint is not there, cannot be updated, or not so.</exception>
    public Task<EndpointPlan> PlanAsync(string endpointName, EcrImage? image, EndpointUpdateOptions options, CancellationToken cancellationToken) =>
        new EndpointPlanner(aws, registry, observer, proof).PlanAsync(endpointName, image, options, cancellationToken);

    /// <summary>Does what a plan says, after waiting for an endpoint that is busy. What has changed since the plan was made is planned anew.</summary>
    /// <returns>What became of it. A failed or rolled-back update is returned as such, with its reason.</returns>
    /// <exception cref="ReleaseException">The endpoint stayed busy, or turned out not to be updatable; nothing was changed.</exception>
    public async Task<EndpointUpdate> UpdateAsync(EndpointPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Image is { Digest: null })
            throw new ArgumentException("An endpoint is updated to a digest.", nameof(plan));

        var began = time.GetTimestamp();
        TimeSpan Left() => plan.Options.Timeout - time.GetElapsedTime(began);
        EndpointUpdate? update = null;
        while (update is null)
        {
            plan = await SettledAsync(plan, Left, cancellationToken);
            if (plan.Action == EndpointAction.Update)
            {
                update = await StartAndWaitAsync(plan, Left, cancellationToken);
                continue;
            }

            update = plan.ToUpdate();
            if (plan.OwesProof)
                await proof.WriteAsync(plan.EndpointName, plan.EndpointConfigName!, cancellationToken);
        }

        return update with { Duration = time.GetElapsedTime(began) };
    }

    /// <summary>A plan of the endpoint as it is now: between a plan and its approval hours may go by, and an old configuration's clone would undo what others did.</summary>
    private async Task<EndpointPlan> SettledAsync(EndpointPlan plan, Func<TimeSpan> left, CancellationToken cancellationToken)
    {
        if (plan.Action == EndpointAction.Update && await HasMovedAsync(plan, cancellationToken))
        {
            observer.Report(new Announced(plan.EndpointName, "It has changed since the plan was made; it is planned anew."));
            plan = await PlanAsync(plan.EndpointName, plan.Image, plan.Options, cancellationToken);
        }

        while (plan.Action == EndpointAction.Wait)
        {
            observer.Report(new Announced(plan.EndpointName, plan.Reason));
            var (settled, status) = await new EndpointWatcher(aws, observer, time).SettledAsync(plan.EndpointName, left(), cancellationToken);
            if (!settled)
                throw ReleaseException.For(nameof(Messages.EndpointBusy), ErrorKind.Timeout, plan.EndpointName, plan.EndpointName, status, plan.Options.Timeout);
            plan = await PlanAsync(plan.EndpointName, plan.Image, plan.Options, cancellationToken);
        }

        return plan;
    }

    private async Task<bool> HasMovedAsync(EndpointPlan plan, CancellationToken cancellationToken)
    {
        var now = await new EndpointReader(aws).EndpointAsync(plan.EndpointName, cancellationToken);
        return now.EndpointStatus != "InService" || now.EndpointConfigName != plan.EndpointConfigName || now.LastModifiedTime != plan.Seen?.LastModifiedTime;
    }

    /// <summary>What became of the update; null where SageMaker refused it because somebody else's came first.</summary>
    private async Task<EndpointUpdate?> StartAndWaitAsync(EndpointPlan plan, Func<TimeSpan> left, CancellationToken cancellationToken)
    {
        var made = new EndpointResources(aws, observer, time);
        var start = new EndpointStart(aws, observer, time);
        var update = plan.ToUpdate();
        var began = time.GetUtcNow();
        try
        {
            var configName = await made.CreateAsync(plan, cancellationToken);
            update = update with { EndpointConfigName = configName, ModelName = string.Join(", ", made.Models) };
            WarnOfWaits(plan, left());
            await start.StartAsync(EndpointCounts.Request(plan, configName), cancellationToken);
        }
        catch (OperationCanceledException) when (start.MayHaveBegun)
        {
            // Stopped between question and answer: a read could still lag, and what the endpoint may use must not go.
            observer.Report(new LeftRunning(plan.EndpointName, EndpointText.GoesOn(plan.EndpointName)));
            throw;
        }
        catch (Exception error)
        {
            // Not with the user's token: what was made is removed also when the user pressed Ctrl-C.
            await using var stopped = cancellationToken.UnsafeRegister(
                _ => observer.Report(new StopTakesTime(plan.EndpointName, "What the attempt made is being removed.", CleanUp)), state: null);
            await made.RemoveUnusedAsync(plan.EndpointName, start.MayHaveBegun, CancellationToken.None);
            if (error is not AwsServiceException { Operation: "UpdateEndpoint" } || left() <= TimeSpan.Zero || !await HasMovedAsync(plan, cancellationToken))
                throw;
            observer.Report(new Announced(plan.EndpointName, $"Somebody else's update came first. {error.Message}"));
            return null;
        }

        if (plan.Options.NoWait)
            return update with { Status = EndpointUpdateStatus.InProgress, Reason = $"{plan.Reason} {EndpointText.GoesOn(plan.EndpointName)}" };

        var verdict = await WaitAsync(plan, update.EndpointConfigName!, left(), cancellationToken);
        update = update with { Status = verdict.Status, Reason = verdict.Reason, NextCommand = verdict.NextCommand };
        if (verdict.Status == EndpointUpdateStatus.Updated && plan.Goals.Count > 0)
            await proof.WriteAsync(plan.EndpointName, update.EndpointConfigName!, cancellationToken);
        if (verdict.Status is not (EndpointUpdateStatus.Failed or EndpointUpdateStatus.RolledBack))
            return update;
        var alarms = plan.Options.Deployment?.Alarms ?? DeploymentConfigJson.AlarmsOf(plan.Seen?.LastDeploymentConfig);
        update = await new EndpointFailures(aws, observer).TellAsync(update, began, alarms, cancellationToken);
        await made.RemoveUnusedAsync(plan.EndpointName, mayHaveBegun: true, CancellationToken.None); // a Ctrl-C now must not take the verdict with it
        return update;
    }

    private void WarnOfWaits(EndpointPlan plan, TimeSpan left)
    {
        if (!plan.Options.NoWait && plan.Options.Deployment is { } deployment && deployment.Waits > left)
            observer.Report(new Warned(plan.EndpointName, $"The deployment alone waits {Words.Duration(deployment.Waits)}, longer than it is waited for ({Words.Duration(left)})."));
    }

    private async Task<EndpointVerdict> WaitAsync(EndpointPlan plan, string configName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await new EndpointWatcher(aws, observer, time).UpdatedAsync(new(plan.EndpointName, configName, plan.EndpointConfigName, plan.Goals), timeout, cancellationToken);
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            return new(EndpointUpdateStatus.Failed, "The endpoint was deleted during its update.");
        }
        catch (Exception ended) when (ended is OperationCanceledException or AwsServiceException)
        {
            observer.Report(new LeftRunning(plan.EndpointName, EndpointText.GoesOn(plan.EndpointName)));
            throw;
        }
    }
}
