using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>A service whose deployment is waited for.</summary>
/// <param name="Service">The service, by name and cluster.</param>
/// <param name="DeploymentId">The deployment that is followed; null for the PRIMARY one.</param>
/// <param name="Digest">The digest that should run at its end; null to prove nothing.</param>
public sealed record AwaitedRollout(ReleaseService Service, string? DeploymentId = null, string? Digest = null);

/// <summary>
/// Attaches to deployments that run, whoever started them, and judges them as <see cref="EcsRollouts"/> judges its own.
/// <code>
/// the deployment               is followed
/// known by its id              whatever else the service does meanwhile
/// known by its id, not seen    it may yet be seen for a while, then another has taken its place
/// PRIMARY                      to its end; COMPLETED is its end
/// PRIMARY, and rolls back      to its end, which is RolledBack and no success
/// </code>
/// </summary>
public sealed class RolloutWaits(AwsSession aws, IImageRegistry registry, TimeProvider time, EcsRollouts rollouts)
{
    // A deployment that was begun a moment ago may not be seen yet. It mostly is after the first of these; until the second has
    // passed, what is seen in its place may be older.
    private static readonly TimeSpan ReadLag = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestReadLag = TimeSpan.FromSeconds(20);

    /// <summary>Waits for the deployments of one cluster's services, or of several clusters', together.</summary>
    /// <returns>What became of each, in the order given; a service that cannot be waited for is Failed, its error beside it.</returns>
    /// <exception cref="ReleaseException">A cluster is not there.</exception>
    public async Task<IReadOnlyList<RolloutResult>> WaitAsync(IReadOnlyList<AwaitedRollout> awaited, RolloutOptions options, CancellationToken cancellationToken)
    {
        var services = awaited.Select(one => one.Service).ToList();
        var observed = await new ServiceReader(aws).ObserveAsync(services, cancellationToken);
        if (awaited.Zip(observed).Any(pair => pair.First.DeploymentId is { } id && pair.Second.Ecs is { } ecs && !Deployments(ecs).Any(one => one.Id == id)))
        {
            await Task.Delay(ReadLag, time, cancellationToken);
            observed = await new ServiceReader(aws).ObserveAsync(services, cancellationToken);
        }

        var results = new RolloutResult[awaited.Count];
        var followed = new List<(int Index, StartedRollout Started)>();
        for (var i = 0; i < awaited.Count; i++)
        {
            try
            {
                followed.Add((i, await AttachAsync(awaited[i], observed[i], cancellationToken)));
            }
            catch (ReleaseException error)
            {
                results[i] = new(Plan(awaited[i], observed[i]).ToRollout() with { Status = RolloutStatus.Failed, Reason = error.Message, DeploymentId = awaited[i].DeploymentId }, error);
            }
        }

        var ended = await rollouts.FollowAsync([.. followed.Select(one => one.Started)], options, WithRollback, cancellationToken);
        foreach (var ((index, _), result) in followed.Zip(ended))
            results[index] = result;
        return results;
    }

    private async Task<StartedRollout> AttachAsync(AwaitedRollout awaited, ObservedService observed, CancellationToken cancellationToken)
    {
        if (awaited.Digest is { } asked)
            observed = await new ContainerChoice(registry).WithDigestAsync(observed, asked, cancellationToken);
        var plan = Plan(awaited, observed);
        if (plan.Problem is not null)
            throw plan.Problem;
        if (awaited.Digest is { } digest)
            plan = plan with { AcceptedDigests = await registry.ManifestDigestsAsync(plan.Image!.Repository, digest, cancellationToken) };

        var deployments = Deployments(observed.Ecs!);
        var seen = deployments.FirstOrDefault(one => awaited.DeploymentId is { } id ? one.Id == id : one.Status == "PRIMARY");
        var ours = seen ?? new Deployment(awaited.DeploymentId, null, null, 0, 0, 0, 0, null, null, null, null);
        if (ours.Id is null)
            throw ReleaseException.For(nameof(Messages.NoDeployment), ErrorKind.InvalidState, awaited.Service.Service, awaited.Service.Service, awaited.Service.Cluster);

        return new()
        {
            Plan = plan,
            DeploymentId = ours.Id,
            StartedAt = time.GetTimestamp(),
            FormerDeployments = [.. deployments.Where(one => seen is null || one.CreatedAt < seen.CreatedAt).Select(one => one.Id).OfType<string>()],
            FormersHoldFor = seen is null ? LongestReadLag : null,
            FormerEvents = [.. (observed.Ecs!.Events ?? []).Where(said => !(said.CreatedAt >= ours.CreatedAt)).Select(said => said.Id).OfType<string>()],
            Rollout = plan.ToRollout() with
            {
                Status = RolloutStatus.InProgress,
                DeploymentId = ours.Id,
                TaskDefinition = ServiceReader.ShortName(ours.TaskDefinition) ?? plan.Service.TaskDefinition,
                Reason = awaited.DeploymentId is null && RolloutVerdict.IsRollback(ours) ? ours.RolloutStateReason : null,
            },
        };
    }

    private static RolloutPlan Plan(AwaitedRollout awaited, ObservedService observed)
    {
        var plan = RolloutPlanner.Plan(observed, image: null);
        if (awaited.Digest is not { } digest || plan.Problem is not null)
            return plan;
        if (observed.Container?.Image is not { } image)
            return plan with { Problem = ReleaseException.For(nameof(Messages.TaskDefinitionImageNotMatched), ErrorKind.InvalidState, awaited.Service.Service, awaited.Service.Service, observed.Service.TaskDefinition, awaited.Service.Repository, "others") };
        var named = NamedImage.Parse(image);
        return plan with { Image = new() { Name = awaited.Service.Image ?? awaited.Service.Service, Repository = named.Repository, Tag = named.EffectiveTag, Digest = digest } };
    }

    // The service is well again, and what somebody deployed is not there.
    private static RolloutResult WithRollback(StartedRollout started, RolloutResult result) =>
        started.Rollout.Reason is { } reason && result.Rollout.Status is RolloutStatus.Verified or RolloutStatus.Deployed or RolloutStatus.Mismatch
            ? result with { Rollout = result.Rollout with { Status = RolloutStatus.RolledBack, Reason = $"The former deployment failed, and ECS put {result.Rollout.TaskDefinition} back. ECS says: {reason}" } }
            : result;

    private static IReadOnlyList<Deployment> Deployments(EcsService service) => service.Deployments ?? [];
}
