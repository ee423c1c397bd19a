using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Starts one deployment with one UpdateService, which is not sent again when its answer is lost: each one that ECS
/// carries out is a deployment. Whether it was carried out is then read off the service.
/// <code>
/// answer                        then
/// a service                     its PRIMARY is the deployment
/// refused                       the error; nothing was deployed
/// none, a 5xx, or unreadable    a PRIMARY that was not there right before is the deployment; none for half a minute: an error
/// </code>
/// Or joins one that is under way, which sends nothing.
/// </summary>
internal sealed class DeploymentStart(AwsSession aws, IReleaseObserver observer, TimeProvider time)
{
    // How long a request whose answer is lost may go on having its effect. ECS names no bound; this is well above what is seen.
    internal static readonly TimeSpan EffectLag = TimeSpan.FromSeconds(30);
    internal static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    /// <summary>Whether a deployment began, or may have: UpdateService was sent, and not refused.</summary>
    public bool MayHaveBegun { get; private set; }

    /// <summary>Joins the deployment that the plan found under way; null where it is so no longer.</summary>
    /// <param name="plan">What is planned.</param>
    /// <param name="seen">The service as it is now; null where it is gone.</param>
    public StartedRollout? Join(RolloutPlan plan, EcsService? seen)
    {
        if (seen is null || Primary(seen) is not { RolloutState: "IN_PROGRESS" } deployment || deployment.Id != plan.Joins)
            return null;
        observer.Report(new Noted(plan.Service.Service, $"Joins {deployment.Id}, which is under way."));
        return Started(plan, seen, deployment, time.GetTimestamp());
    }

    /// <summary>Starts a deployment.</summary>
    /// <param name="plan">What is planned.</param>
    /// <param name="revision">The task definition to deploy; null for the plan's own, or the one that the service has.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ReleaseException">AWS refused, or no deployment came of it.</exception>
    public async Task<StartedRollout> StartAsync(RolloutPlan plan, string? revision, CancellationToken cancellationToken)
    {
        revision ??= plan.TaskDefinitionToDeploy;
        var service = plan.Service;
        var before = await DeploymentsAsync(service, cancellationToken);
        var startedAt = time.GetTimestamp();
        EcsService? seen;
        try
        {
            try
            {
                var request = new UpdateServiceRequest(service.Cluster, service.Service) { TaskDefinition = revision, DesiredCount = plan.DesiredCount, ForceNewDeployment = true };
                MayHaveBegun = true;
                seen = (await aws.Ecs.UpdateServiceAsync(request, cancellationToken)).Service;
            }
            catch (ReleaseException error) when (error is not AwsServiceException sent || !sent.MayHaveBeenDone())
            {
                MayHaveBegun = false;
                throw;
            }
            catch (AwsServiceException error)
            {
                observer.Report(new Warned(service.Service, $"UpdateService was not answered ({error.Code}); the service will tell whether a deployment began."));
                seen = await FindAsync(plan, revision, before, cancellationToken)
                    ?? throw ReleaseException.Wrap(error, nameof(Messages.DeploymentNotFound), error.Kind, service.Service, service.Service, service.Cluster, error.Message);
            }
        }
        catch (OperationCanceledException)
        {
            observer.Report(new Announced(service.Service, RolloutText.MayHaveBegun(service)));
            throw;
        }

        var deployment = Primary(seen);
        if (deployment?.Id is null)
            throw ReleaseException.For(nameof(Messages.DeploymentNotStarted), ErrorKind.Failed, service.Service, service.Service, service.Cluster);

        observer.Report(new Noted(service.Service, $"ECS deploys {ServiceReader.ShortName(deployment.TaskDefinition)} as {deployment.Id}."));
        return Started(plan, seen!, deployment, startedAt);
    }

    /// <summary>The deployment that a service is on, or on its way to.</summary>
    public static Deployment? Primary(EcsService? service) => service?.Deployments?.FirstOrDefault(one => one.Status == "PRIMARY");

    private static StartedRollout Started(RolloutPlan plan, EcsService seen, Deployment deployment, long startedAt) => new()
    {
        Plan = plan,
        DeploymentId = deployment.Id!,
        StartedAt = startedAt,
        FormerDeployments = Ids(seen.Deployments!.Where(one => one != deployment), one => one.Id),
        FormerEvents = Ids(seen.Events ?? [], one => one.Id),
        Rollout = (deployment.Id == plan.UnderWay ? plan : plan with { UnderWay = null }).ToRollout() with
        {
            Status = RolloutStatus.InProgress,
            DeploymentId = deployment.Id,
            TaskDefinition = ServiceReader.ShortName(deployment.TaskDefinition) ?? plan.Service.TaskDefinition,
            DesiredCount = seen.DesiredCount,
        },
    };

    // Read right before the request: since the plan was made there were waves, tasks, a question to the user, and what
    // somebody else deployed meanwhile is not ours when the answer is lost.
    private async Task<HashSet<string>> DeploymentsAsync(ReleaseService service, CancellationToken cancellationToken)
    {
        var found = await ServiceReader.DescribeAsync(aws.Ecs, service.Cluster, [service.Service], cancellationToken);
        return Ids(found.SelectMany(one => one.Deployments ?? []), one => one.Id);
    }

    private async Task<EcsService?> FindAsync(RolloutPlan plan, string? revision, HashSet<string> before, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                var found = await ServiceReader.DescribeAsync(aws.Ecs, plan.Service.Cluster, [plan.Service.Service], cancellationToken);
                if (found is [var seen, ..] && Primary(seen) is { Id: { } id } primary && !before.Contains(id) && (revision is null || primary.TaskDefinition == revision))
                    return seen;
            }
            catch (AwsServiceException error) when (error.IsTransient())
            {
                observer.Report(new Traced(plan.Service.Service, $"{error.Operation} was not answered ({error.Code}); looking again."));
            }
            catch (ReleaseException error)
            {
                observer.Report(new Warned(plan.Service.Service, $"The service cannot be read: {error.Message}"));
                return null;
            }

            if (time.GetElapsedTime(began) >= EffectLag)
                return null;
            await Task.Delay(BetweenLooks, time, cancellationToken);
        }
    }

    private static HashSet<string> Ids<T>(IEnumerable<T> of, Func<T, string?> id) => of.Select(id).OfType<string>().ToHashSet(StringComparer.Ordinal);
}
