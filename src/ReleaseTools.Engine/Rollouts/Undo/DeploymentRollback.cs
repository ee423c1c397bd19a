using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>
/// Has ECS roll back a deployment that runs, and asks how that ended.
/// <code>
/// service deployment      PRIMARY           then
/// ROLLBACK_REQUESTED      the undone one    looked at again
/// ROLLBACK_IN_PROGRESS    another           it is the rollback, and is watched as any deployment
/// SUCCESSFUL              –                 it ended well before it could be stopped; what ran before is deployed again
/// STOPPED                 –                 error: it ended before it could be stopped
/// ROLLBACK_FAILED         –                 error
/// ROLLBACK_SUCCESSFUL     –                 success, once the running tasks prove it
/// </code>
/// </summary>
internal sealed class DeploymentRollback(AwsSession aws, IReleaseObserver observer, TimeProvider time)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    // ECS names no bound for the beginning of a rollback; it is the scheduler's next step.
    private static readonly TimeSpan Beginning = TimeSpan.FromMinutes(2);

    /// <summary>Whether the stop was sent: from then on ECS may roll the deployment back.</summary>
    public bool WasSent { get; private set; }

    /// <summary>Whether a service deployment's status says that it is rolled back, or was.</summary>
    public static bool IsRollback(string? status) => status?.StartsWith("ROLLBACK_", StringComparison.Ordinal) == true;

    /// <summary>Whether an error of <see cref="StartAsync"/> leaves the deployment as it was.</summary>
    public static bool IsRefusal(ReleaseException error) =>
        error.Id == nameof(Messages.DeploymentNotStoppable) || error is AwsServiceException { Operation: "StopServiceDeployment" } refused && !refused.MayHaveBeenDone();

    /// <summary>Stops the deployment and gives the one by which ECS puts the former revision back; null where it ended well before.</summary>
    /// <exception cref="ReleaseException">AWS refused, or no rollback came of it.</exception>
    public async Task<StartedRollout?> StartAsync(UndoPlan plan, CancellationToken cancellationToken)
    {
        var service = plan.Service;
        var startedAt = time.GetTimestamp();
        if (!plan.IsRollingBack)
            await StopAsync(plan, cancellationToken);

        var begun = await SeeAsync(plan, () => LookAsync(plan, Beginning, status => BegunAsync(plan, status, cancellationToken), cancellationToken))
            ?? throw NotSeen(plan, "ECS has not begun it within two minutes.");
        if (begun is not { Seen: { } seen, Deployment: { } deployment })
            return null;

        observer.Report(new Noted(service.Service, $"ECS puts {ServiceReader.ShortName(deployment.TaskDefinition)} back as {deployment.Id}."));
        return new()
        {
            Plan = plan.Rollout!,
            DeploymentId = deployment.Id!,
            StartedAt = startedAt,
            FormerDeployments = [.. (seen.Deployments ?? []).Select(one => one.Id).OfType<string>().Where(id => id != deployment.Id)],
            FormerEvents = [.. (seen.Events ?? []).Select(one => one.Id).OfType<string>()],
            Rollout = plan.ToRollout() with
            {
                Status = RolloutStatus.InProgress,
                DeploymentId = deployment.Id,
                TaskDefinition = ServiceReader.ShortName(deployment.TaskDefinition),
                DesiredCount = seen.DesiredCount,
            },
        };
    }

    /// <summary>The result as it is where ECS, too, says that the rollback succeeded; else no success.</summary>
    public async Task<RolloutResult> ConfirmAsync(UndoPlan plan, RolloutResult result, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (result.Rollout.Status is not (RolloutStatus.Verified or RolloutStatus.Deployed))
            return result;
        try
        {
            var end = await SeeAsync(plan, () => LookAsync(plan, timeout, status => Task.FromResult(DeploymentHistory.HasEnded(status) ? status : null), cancellationToken));
            return end switch
            {
                "ROLLBACK_SUCCESSFUL" => result,
                null => result with { Rollout = result.Rollout with { Status = RolloutStatus.TimedOut, Reason = $"{result.Rollout.Reason} ECS has not ended the rollback within {Words.Duration(timeout)}." } },
                _ => result with { Rollout = result.Rollout with { Status = RolloutStatus.Failed, Reason = $"ECS says that the rollback ended {end}. {result.Rollout.Reason}" } },
            };
        }
        catch (ReleaseException error)
        {
            return new(result.Rollout with { Status = RolloutStatus.Failed, Reason = $"{result.Rollout.Reason} But: {error.Message}" }, error);
        }
    }

    /// <summary>Null where a look says nothing yet.</summary>
    private async Task<Begun?> BegunAsync(UndoPlan plan, string status, CancellationToken cancellationToken)
    {
        var service = plan.Service;
        if (status == "SUCCESSFUL")
            return Begun.Never;
        if (!IsRollback(status) && DeploymentHistory.HasEnded(status))
            throw ReleaseException.For(nameof(Messages.DeploymentNotStoppable), ErrorKind.InvalidState, service.Service, service.Service, service.Cluster, $"it is {status}.");
        if (await ServiceReader.DescribeAsync(aws.Ecs, service.Cluster, [service.Service], cancellationToken) is not [var seen, ..] || DeploymentStart.Primary(seen) is not { } primary)
            return null;
        return primary.Id != plan.Deployment || status == "ROLLBACK_SUCCESSFUL" ? new(seen, primary) : null;
    }

    // A request whose answer was lost may have had its effect, and is then refused when the client sends it again. So the
    // deployment's status is believed, not the error, where it says that there is nothing left to stop.
    private async Task StopAsync(UndoPlan plan, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            WasSent = true;
            await aws.Ecs.StopServiceDeploymentAsync(new(plan.ServiceDeployment!, "ROLLBACK"), cancellationToken);
        }
        catch (AwsServiceException error) when (error.Code is "ConflictException" || error.MayHaveBeenDone())
        {
            observer.Report(new Traced(plan.Service.Service, $"StopServiceDeployment was answered with {error.Code}; the deployment will tell whether it is rolled back."));
            if (await IsOverAsync(plan, cancellationToken))
                return;
            if (error.Code is not "ConflictException")
                throw;
            throw ReleaseException.Wrap(error, nameof(Messages.DeploymentNotStoppable), ErrorKind.InvalidState, plan.Service.Service, plan.Service.Service, plan.Service.Cluster, error.Message);
        }
    }

    // Whether it is being rolled back, or has ended.
    private async Task<bool> IsOverAsync(UndoPlan plan, CancellationToken cancellationToken)
    {
        try
        {
            return await LookAsync(plan, DeploymentStart.EffectLag, status => Task.FromResult(IsRollback(status) || DeploymentHistory.HasEnded(status) ? status : null), cancellationToken) is not null;
        }
        catch (AwsServiceException unread)
        {
            observer.Report(new Warned(plan.Service.Service, $"The deployment cannot be read: {unread.Message}"));
            return false;
        }
    }

    /// <summary>Looks at the service deployment until a look says something, or the time runs out. A rollback that failed is an error.</summary>
    private async Task<T?> LookAsync<T>(UndoPlan plan, TimeSpan longest, Func<string, Task<T?>> look, CancellationToken cancellationToken)
        where T : class
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                var described = (await aws.Ecs.DescribeServiceDeploymentsAsync(new([plan.ServiceDeployment!]), cancellationToken)).ServiceDeployments;
                var (status, reason) = described is [var deployment, ..] ? (deployment.Status ?? "", deployment.StatusReason) : ("", null);
                if (status == "ROLLBACK_FAILED")
                    throw Failed(plan, $"ECS says: {reason ?? status}");
                if (await look(status) is { } said)
                    return said;
            }
            catch (AwsServiceException error) when (error.IsTransient())
            {
                observer.Report(new Traced(plan.Service.Service, $"{error.Operation} was not answered ({error.Code}); looking again."));
            }

            if (time.GetElapsedTime(began) >= longest)
                return null;
            await Task.Delay(BetweenLooks, time, cancellationToken);
        }
    }

    // The stop was accepted: whether we can look at the rollback is nothing to it.
    private static async Task<T?> SeeAsync<T>(UndoPlan plan, Func<Task<T?>> look)
        where T : class
    {
        try
        {
            return await look();
        }
        catch (AwsServiceException unread)
        {
            throw NotSeen(plan, unread.Message, unread);
        }
    }

    private static ReleaseException NotSeen(UndoPlan plan, string why, AwsServiceException? unread = null)
    {
        object?[] said = [plan.Service.Service, plan.Service.Cluster, why, RolloutText.Wait(plan.ToRollout())];
        return unread is null
            ? ReleaseException.For(nameof(Messages.RollbackNotSeen), ErrorKind.Failed, plan.Service.Service, said)
            : ReleaseException.Wrap(unread, nameof(Messages.RollbackNotSeen), unread.Kind, plan.Service.Service, said);
    }

    private static ReleaseException Failed(UndoPlan plan, string why) =>
        ReleaseException.For(nameof(Messages.RollbackFailed), ErrorKind.Failed, plan.Service.Service, plan.Service.Service, plan.Service.Cluster, why);

    /// <summary>A rollback that has begun: the service, and its deployment by which ECS puts the former revision back.</summary>
    private sealed record Begun(EcsService? Seen, Deployment? Deployment)
    {
        /// <summary>The deployment ended well, and ECS rolls nothing back.</summary>
        public static Begun Never { get; } = new(null, null);
    }
}
