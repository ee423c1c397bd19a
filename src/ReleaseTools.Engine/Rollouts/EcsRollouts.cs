using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>New deployments of ECS services: planned, started, watched, proven.</summary>
public sealed class EcsRollouts(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time)
{
    /// <summary>
    /// One plan for each service, in the order given. Reads only. What stands in a service's way is its plan's
    /// <see cref="RolloutPlan.Problem"/>, so that the others can be planned too.
    /// </summary>
    /// <param name="services">The services, by name and cluster.</param>
    /// <param name="imageByService">The image each service is to run; a service without one deploys again what its task definition names.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="ReleaseException">A cluster is not there.</exception>
    public Task<IReadOnlyList<RolloutPlan>> PlanAsync(
        IReadOnlyList<ReleaseService> services, IReadOnlyDictionary<string, EcrImage> imageByService, CancellationToken cancellationToken) =>
        new RolloutPlanner(aws, registry).PlanAsync(services, imageByService, cancellationToken);

    /// <summary>Starts the deployments, waits for all of them together, and proves what runs.</summary>
    /// <returns>What became of each, in the order given. A service that cannot be rolled out is Failed with its reason; the others go on.</returns>
    public async Task<IReadOnlyList<ServiceRollout>> RolloutAsync(IReadOnlyList<RolloutPlan> plans, RolloutOptions options, CancellationToken cancellationToken)
    {
        var results = new ServiceRollout[plans.Count];
        var started = new StartedRollout?[plans.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.ThrottleLimit, CancellationToken = cancellationToken };
        try
        {
            await Parallel.ForEachAsync(Enumerable.Range(0, plans.Count), parallel, async (i, token) =>
            {
                try
                {
                    started[i] = await StartAsync(plans[i], token);
                    results[i] = started[i]!.Rollout;
                }
                catch (ReleaseException error)
                {
                    results[i] = plans[i].ToRollout() with { Status = RolloutStatus.Failed, Reason = error.Message };
                }
            });
        }
        catch (OperationCanceledException)
        {
            foreach (var one in started.OfType<StartedRollout>())
                observer.Report(new LeftRunning(one.Rollout.Service, RolloutText.GoesOn(one.Rollout)));
            throw;
        }

        if (options.NoWait)
            return results;

        var begun = Enumerable.Range(0, plans.Count).Where(i => started[i] is not null).ToList();
        var watched = await WatchAsync([.. begun.Select(i => started[i]!)], options, cancellationToken);
        for (var k = 0; k < begun.Count; k++)
            results[begun[k]] = watched[k];
        return results;
    }

    /// <summary>
    /// Starts one deployment. The tag that the task definition names is put on the pushed digest first, so that the
    /// deployment picks it up: ECS resolves a tag once for each deployment (versionConsistency). It is moved only here,
    /// so that a release that failed before leaves what a restarting task would run as it was.
    /// </summary>
    /// <exception cref="ReleaseException">The service cannot be rolled out, or AWS refused.</exception>
    public async Task<StartedRollout> StartAsync(RolloutPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Problem is not null)
            throw plan.Problem;
        if (plan.Image is { Digest: not null })
            await PutTagAsync(plan, plan.Image.Digest, cancellationToken);

        var service = plan.Service;
        var startedAt = time.GetTimestamp();
        var answer = await aws.Ecs.UpdateServiceAsync(new(service.Cluster, service.Service) { ForceNewDeployment = true }, cancellationToken);
        var deployment = answer.Service?.Deployments?.FirstOrDefault(one => one.Status == "PRIMARY");
        if (deployment?.Id is null)
            throw ReleaseException.For(nameof(Messages.DeploymentNotStarted), ErrorKind.Failed, service.Service, service.Service, service.Cluster);

        observer.Report(new Noted(service.Service, $"ECS deploys {ServiceReader.ShortName(deployment.TaskDefinition)} as {deployment.Id}."));
        return new()
        {
            Plan = plan,
            DeploymentId = deployment.Id,
            StartedAt = startedAt,
            FormerDeployments = Ids(answer.Service!.Deployments!.Where(one => one != deployment), one => one.Id),
            FormerEvents = Ids(answer.Service.Events ?? [], one => one.Id),
            Rollout = plan.ToRollout() with
            {
                Status = RolloutStatus.InProgress,
                DeploymentId = deployment.Id,
                TaskDefinition = ServiceReader.ShortName(deployment.TaskDefinition) ?? service.TaskDefinition,
                DesiredCount = answer.Service.DesiredCount,
            },
        };
    }

    /// <summary>Watches deployments that were started: one watcher for each cluster.</summary>
    /// <returns>What became of each, in the order given.</returns>
    public async Task<IReadOnlyList<ServiceRollout>> WatchAsync(IReadOnlyList<StartedRollout> started, RolloutOptions options, CancellationToken cancellationToken)
    {
        var clusters = started.GroupBy(one => one.Rollout.Cluster, StringComparer.Ordinal)
            .Select(cluster => new RolloutWatcher(aws, observer, time, cluster.Key, [.. cluster], options).WatchAsync(cancellationToken));
        var results = (await Task.WhenAll(clusters)).SelectMany(result => result).ToList();
        return [.. started.Select(one => results.Single(result => ReferenceEquals(result.Started, one)).Rollout)];
    }

    private async Task PutTagAsync(RolloutPlan plan, string digest, CancellationToken cancellationToken)
    {
        var named = NamedImage.Parse(plan.Container!.Image!);
        if (named.Digest is not null)
            return; // the plan saw that it is this digest
        var there = await registry.FindAsync(plan.Image!.Repository, named.EffectiveTag, cancellationToken);
        if (there?.Digest == digest)
            return;
        await registry.PutTagAsync(plan.Image.Repository, digest, named.EffectiveTag, cancellationToken);
        observer.Report(new Noted(plan.Service.Service, $"Put the tag {named.EffectiveTag} on {digest}; it was on {there?.Digest ?? "nothing"}."));
    }

    private static HashSet<string> Ids<T>(IEnumerable<T> of, Func<T, string?> id) => of.Select(id).OfType<string>().ToHashSet(StringComparer.Ordinal);
}
