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
/// none, a 5xx, or unreadable    a PRIMARY that the plan did not see is the deployment; none for half a minute: an error
/// </code>
/// </summary>
internal sealed class DeploymentStart(AwsSession aws, IReleaseObserver observer, TimeProvider time)
{
    // How long a request whose answer is lost may go on having its effect. ECS names no bound; this is well above what is seen.
    private static readonly TimeSpan EffectLag = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    /// <exception cref="ReleaseException">AWS refused, or no deployment came of it.</exception>
    public async Task<StartedRollout> StartAsync(RolloutPlan plan, CancellationToken cancellationToken)
    {
        var service = plan.Service;
        var startedAt = time.GetTimestamp();
        EcsService? seen;
        try
        {
            try
            {
                seen = (await aws.Ecs.UpdateServiceAsync(new(service.Cluster, service.Service) { TaskDefinition = plan.TaskDefinitionToDeploy, ForceNewDeployment = true }, cancellationToken)).Service;
            }
            catch (AwsServiceException error) when (error.MayHaveBeenDone())
            {
                observer.Report(new Warned(service.Service, $"UpdateService was not answered ({error.Code}); the service will tell whether a deployment began."));
                seen = await FindAsync(plan, cancellationToken)
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
        return new()
        {
            Plan = plan,
            DeploymentId = deployment.Id,
            StartedAt = startedAt,
            FormerDeployments = Ids(seen!.Deployments!.Where(one => one != deployment), one => one.Id),
            FormerEvents = Ids(seen.Events ?? [], one => one.Id),
            Rollout = plan.ToRollout() with
            {
                Status = RolloutStatus.InProgress,
                DeploymentId = deployment.Id,
                TaskDefinition = ServiceReader.ShortName(deployment.TaskDefinition) ?? service.TaskDefinition,
                DesiredCount = seen.DesiredCount,
            },
        };
    }

    private async Task<EcsService?> FindAsync(RolloutPlan plan, CancellationToken cancellationToken)
    {
        var before = Ids(plan.Seen?.Deployments ?? [], one => one.Id);
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                var found = await ServiceReader.DescribeAsync(aws.Ecs, plan.Service.Cluster, [plan.Service.Service], cancellationToken);
                if (found is [var seen, ..] && Primary(seen)?.Id is { } id && !before.Contains(id))
                    return seen;
            }
            catch (AwsServiceException error) when (error.IsTransient())
            {
                observer.Report(new Traced(plan.Service.Service, $"{error.Operation} was not answered ({error.Code}); looking again."));
            }

            catch (AwsServiceException error)
            {
                observer.Report(new Warned(plan.Service.Service, $"The service cannot be read: {error.Message}"));
                return null;
            }

            if (time.GetElapsedTime(began) >= EffectLag)
                return null;
            await Task.Delay(BetweenLooks, time, cancellationToken);
        }
    }

    private static Deployment? Primary(EcsService? service) => service?.Deployments?.FirstOrDefault(one => one.Status == "PRIMARY");

    private static HashSet<string> Ids<T>(IEnumerable<T> of, Func<T, string?> id) => of.Select(id).OfType<string>().ToHashSet(StringComparer.Ordinal);
}
