using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// Updates of SageMaker endpoints to another image: plan, clone the model and the configuration, update, and believe
/// nothing but the three proofs. A second call for the same release joins: it waits out an update that is under way,
/// and finds nothing to do where that one led to the digest.
/// </summary>
public sealed class EndpointUpdates(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time)
{
    // Three or four calls, each with the SDK's retries.
    private static readonly TimeSpan CleanUp = TimeSpan.FromMinutes(1);

    /// <summary>Says what an image means for an endpoint. Reads only, and does not wait: a busy endpoint's plan is <see cref="EndpointAction.Wait"/>.</summary>
    /// <param name="endpointName">The endpoint.</param>
    /// <param name="image">The image to serve; one without digest (not pushed yet) is planned as an update.</param>
    /// <param name="options">How it is to be updated.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="ReleaseException">The endpoint is not there, cannot be updated, or has no container to update.</exception>
    public Task<EndpointPlan> PlanAsync(string endpointName, EcrImage image, EndpointUpdateOptions options, CancellationToken cancellationToken) =>
        new EndpointPlanner(aws, registry).PlanAsync(endpointName, image, options, cancellationToken);

    /// <summary>Does what a plan says, after waiting for an endpoint that is busy.</summary>
    /// <returns>What became of it. A failed or rolled-back update is returned as such, with its reason.</returns>
    /// <exception cref="ReleaseException">The endpoint stayed busy, or turned out not to be updatable; nothing was changed.</exception>
    public async Task<EndpointUpdate> UpdateAsync(EndpointPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Image.Digest is null)
            throw new ArgumentException("An endpoint is updated to a digest.", nameof(plan));

        var began = time.GetTimestamp();
        var deadline = plan.Options.Timeout;
        TimeSpan Left() => deadline - time.GetElapsedTime(began);

        while (plan.Action == EndpointAction.Wait)
        {
            observer.Report(new Announced(plan.EndpointName, plan.Reason));
            var (settled, status) = await new EndpointWatcher(aws, observer, time).SettledAsync(plan.EndpointName, Left(), cancellationToken);
            if (!settled)
                throw ReleaseException.For(nameof(Messages.EndpointBusy), ErrorKind.Timeout, plan.EndpointName, plan.EndpointName, status, deadline);
            plan = await PlanAsync(plan.EndpointName, plan.Image, plan.Options, cancellationToken);
        }

        var update = plan.ToUpdate();
        if (plan.Action == EndpointAction.Update)
            update = await StartAndWaitAsync(plan, update, Left, cancellationToken);
        return update with { Duration = time.GetElapsedTime(began) };
    }

    private async Task<EndpointUpdate> StartAndWaitAsync(EndpointPlan plan, EndpointUpdate update, Func<TimeSpan> left, CancellationToken cancellationToken)
    {
        var made = new EndpointResources(aws, observer);
        var asked = false;
        try
        {
            var configName = await made.CreateAsync(plan, time.GetUtcNow(), cancellationToken);
            update = update with { EndpointConfigName = configName, ModelName = string.Join(", ", made.Models), PreviousEndpointConfigName = plan.EndpointConfigName };
            asked = true;
            await StartAsync(plan, configName, cancellationToken);
        }
        catch (OperationCanceledException) when (asked)
        {
            // Stopped between question and answer: a read could still lag, and what the endpoint may use must not go.
            observer.Report(new LeftRunning(plan.EndpointName, EndpointText.GoesOn(plan.EndpointName)));
            throw;
        }
        catch (Exception)
        {
            // Not with the user's token: what was made is removed also when the user pressed Ctrl-C.
            await using var stopped = cancellationToken.UnsafeRegister(
                _ => observer.Report(new StopTakesTime(plan.EndpointName, "What the attempt made is being removed.", CleanUp)), state: null);
            await made.RemoveUnusedAsync(plan.EndpointName, CancellationToken.None);
            throw;
        }

        if (plan.Options.NoWait)
            return update with { Status = EndpointUpdateStatus.InProgress, Reason = $"{plan.Reason} {EndpointText.GoesOn(plan.EndpointName)}" };

        var verdict = await WaitAsync(plan, update.EndpointConfigName!, left(), cancellationToken);
        if (verdict.Status is EndpointUpdateStatus.Failed or EndpointUpdateStatus.RolledBack)
            await made.RemoveUnusedAsync(plan.EndpointName, CancellationToken.None); // a Ctrl-C now must not take the verdict with it
        return update with { Status = verdict.Status, Reason = verdict.Reason, NextCommand = verdict.NextCommand };
    }

    private async Task StartAsync(EndpointPlan plan, string configName, CancellationToken cancellationToken)
    {
        try
        {
            await aws.SageMaker.UpdateEndpointAsync(
                new(plan.EndpointName, configName) { RetainAllVariantProperties = plan.Options.RetainAllVariantProperties }, cancellationToken);
        }
        catch (AwsServiceException error) when (error.MayHaveBeenDone())
        {
            // No answer is no refusal. The watcher sees whether it began; asking twice could start it twice.
            observer.Report(new Warned(plan.EndpointName, $"UpdateEndpoint was not answered ({error.Code}); the endpoint will tell whether the update began."));
        }
    }

    private async Task<EndpointVerdict> WaitAsync(EndpointPlan plan, string configName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var expected = new EndpointExpectation(
            plan.EndpointName, configName, plan.EndpointConfigName, plan.Image.Repository, plan.Image.Digest!, plan.AcceptedDigests, plan.Variants);
        try
        {
            return await new EndpointWatcher(aws, observer, time).UpdatedAsync(expected, timeout, cancellationToken);
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
