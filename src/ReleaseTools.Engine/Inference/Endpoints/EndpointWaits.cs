using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>An endpoint that is waited for.</summary>
/// <param name="EndpointName">The endpoint.</param>
/// <param name="Update">The update that is followed; null for whatever is under way.</param>
public sealed record AwaitedEndpoint(string EndpointName, EndpointUpdate? Update = null);

/// <summary>
/// Attaches to an endpoint's update, whoever started it, and judges it as <see cref="EndpointUpdates"/> judges its own.
/// <code>
/// the endpoint                                       is followed
/// with the update given                              to that update's end
/// on its way to a configuration                      to that one
/// moving without telling where: SystemUpdating, …    until it no longer moves
/// InService                                          not: what it serves is told
/// </code>
/// </summary>
public sealed class EndpointWaits(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time)
{
    private readonly EndpointReader reader = new(aws);
    private readonly ImageGoals goals = new(registry);

    /// <summary>Waits until the endpoint no longer moves.</summary>
    /// <returns>What became of it; an update that failed is returned as such, with its reason.</returns>
    /// <exception cref="ReleaseException">The endpoint is not there.</exception>
    public async Task<EndpointUpdate> WaitAsync(AwaitedEndpoint awaited, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var seen = await LookAsync(awaited, cancellationToken);
        var config = awaited.Update?.EndpointConfigName ?? seen.PendingDeploymentSummary?.EndpointConfigName;
        var update = (awaited.Update ?? new() { EndpointName = awaited.EndpointName }) with
        {
            EndpointConfigName = config ?? seen.EndpointConfigName,
            PreviousEndpointConfigName = awaited.Update?.PreviousEndpointConfigName ?? (config == seen.EndpointConfigName ? null : seen.EndpointConfigName),
        };
        try
        {
            update = config is null ? await SettleAsync(update, seen, timeout, cancellationToken) : await FollowAsync(update, timeout, cancellationToken);
        }
        catch (AwsServiceException missing) when (missing.IsCouldNotFind())
        {
            update = update with { Status = EndpointUpdateStatus.Failed, Reason = "The endpoint was deleted.", NextCommand = EndpointText.Repair(awaited.EndpointName) };
        }
        catch (Exception ended) when (ended is OperationCanceledException or AwsServiceException && config is not null)
        {
            observer.Report(new LeftRunning(awaited.EndpointName, EndpointText.GoesOn(awaited.EndpointName)));
            throw;
        }

        var since = seen.PendingDeploymentSummary?.StartTime ?? seen.LastModifiedTime ?? time.GetUtcNow();
        update = await new EndpointFailures(aws, observer).TellAsync(update, since, DeploymentConfigJson.AlarmsOf(seen.LastDeploymentConfig), cancellationToken);
        return update with { Duration = time.GetElapsedTime(began) };
    }

    // An update that was begun a moment ago may not be seen yet.
    private async Task<DescribeEndpointResponse> LookAsync(AwaitedEndpoint awaited, CancellationToken cancellationToken)
    {
        var seen = await reader.EndpointAsync(awaited.EndpointName, cancellationToken);
        if (awaited.Update is not null || seen.EndpointStatus != "InService")
            return seen;
        await Task.Delay(ReadLag.BetweenLooks, time, cancellationToken);
        return await reader.EndpointAsync(awaited.EndpointName, cancellationToken);
    }

    private async Task<EndpointUpdate> FollowAsync(EndpointUpdate update, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var expected = new EndpointExpectation(update.EndpointName, update.EndpointConfigName!, update.PreviousEndpointConfigName, await GoalsAsync(update, cancellationToken));
        var verdict = await new EndpointWatcher(aws, observer, time).UpdatedAsync(expected, timeout, cancellationToken);
        if (verdict.Status == EndpointUpdateStatus.Updated && expected.Goals.Count > 0)
            await new EndpointProof(aws, observer, time).WriteAsync(update.EndpointName, update.EndpointConfigName!, cancellationToken);
        return WithImage(update, expected.Goals) with
        {
            Status = verdict.Status,
            NextCommand = verdict.NextCommand,
            Reason = verdict.Status == EndpointUpdateStatus.Updated && expected.Goals.Count == 0 ? $"{verdict.Reason} Its models name no digest, so what it serves is not proven." : verdict.Reason,
        };
    }

    private async Task<EndpointUpdate> SettleAsync(EndpointUpdate update, DescribeEndpointResponse seen, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var first = seen.EndpointStatus;
        var (settled, _) = await new EndpointWatcher(aws, observer, time).SettledAsync(update.EndpointName, timeout, cancellationToken);
        var end = await reader.EndpointAsync(update.EndpointName, cancellationToken);
        if (!settled)
            return update with { Status = EndpointUpdateStatus.TimedOut, Reason = $"The wait of {Words.Duration(timeout)} ran out: it is still {end.EndpointStatus}." };
        var state = EndpointState.Of(update.EndpointName, end.EndpointStatus, end.FailureReason);
        if (state.Readiness == EndpointReadiness.Refuse)
            return update with { Status = EndpointUpdateStatus.Failed, Reason = $"The endpoint is {end.EndpointStatus}. {state.Diagnosis}", NextCommand = state.NextCommand };

        update = update with { EndpointConfigName = end.EndpointConfigName, PreviousEndpointConfigName = null };
        if (first == "RollingBack")
            return update with { Status = EndpointUpdateStatus.RolledBack, Reason = $"SageMaker put the configuration {end.EndpointConfigName} back. {EndpointText.Reason(update.EndpointName, end.FailureReason)}" };
        var expected = await GoalsAsync(update, cancellationToken);
        update = WithImage(update, expected);
        var missed = expected.FirstOrDefault(goal => !goal.IsReached(end, out _));
        return missed is null
            ? update with { Status = EndpointUpdateStatus.Unchanged, Reason = first == "InService" ? "It is InService; nothing was under way." : $"It was {first} and is InService again." }
            : update with { Status = EndpointUpdateStatus.Failed, Reason = $"It is InService on {end.EndpointConfigName}, but its variant {missed.VariantName} does not serve {Words.Digest(missed.Digest)}." };
    }

    /// <summary>What the configuration's variants are to serve, as far as their models name it by digest: those that this module makes do.</summary>
    private async Task<IReadOnlyList<ImageGoal>> GoalsAsync(EndpointUpdate update, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadGoalsAsync(update, cancellationToken);
        }
        catch (ReleaseException deleted) when (deleted.Id is nameof(Messages.EndpointConfigMissing) or nameof(Messages.EndpointModelMissing))
        {
            observer.Report(new Warned(update.EndpointName, $"{deleted.Message} {deleted.RecommendedAction}"));
            return [];
        }
    }

    private async Task<IReadOnlyList<ImageGoal>> ReadGoalsAsync(EndpointUpdate update, CancellationToken cancellationToken)
    {
        var found = new List<ImageGoal>();
        var config = await reader.ConfigAsync(update.EndpointName, update.EndpointConfigName!, cancellationToken);
        foreach (var variant in EndpointClone.VariantsOf(config))
        {
            if (EndpointClone.Text(variant, "ModelName") is not { } modelName)
                continue;
            var model = await reader.ModelAsync(update.EndpointName, update.EndpointConfigName!, modelName, cancellationToken);
            foreach (var image in EndpointClone.ContainersOf(model).Select(container => EndpointClone.Text(container, "Image")).OfType<string>().Select(NamedImage.Parse))
            {
                if (image.Digest is not null && await goals.FindAsync(EndpointClone.Text(variant, "VariantName")!, $"{image.Repository}@{image.Digest}", cancellationToken) is { } goal)
                    found.Add(goal);
            }
        }

        return found;
    }

    private static EndpointUpdate WithImage(EndpointUpdate update, IReadOnlyList<ImageGoal> goals) =>
        goals.Select(goal => goal.ImageUri).Distinct(StringComparer.Ordinal).ToList() is [var image] ? update with { ImageUri = image, Digest = goals[0].Digest } : update;
}
