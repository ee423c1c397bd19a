using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>Puts ECS services back to what ran before, or to what is named, and proves that it runs.</summary>
public sealed class EcsUndo(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time, EcsRollouts rollouts)
{
    /// <summary>One plan for each service, in the order given. Reads only. What stands in a service's way is its plan's <see cref="UndoPlan.Problem"/>.</summary>
    /// <param name="services">The services, by name and cluster.</param>
    /// <param name="to">A task definition (<c>family:revision</c> or its ARN), a release tag, a digest or its beginning; null for what ran before.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="ReleaseException">A cluster is not there.</exception>
    public Task<IReadOnlyList<UndoPlan>> PlanAsync(IReadOnlyList<ReleaseService> services, string? to, CancellationToken cancellationToken) =>
        new UndoPlanner(aws, registry, observer, time).PlanAsync([.. services.Select(service => new UndoRequest(service, to))], cancellationToken);

    /// <summary>Rolls back what runs, deploys again what ran, waits for all together, and proves it.</summary>
    /// <returns>What became of each, in the order given. A service that cannot be put back is Failed, its error beside it; the others go on.</returns>
    public async Task<IReadOnlyList<RolloutResult>> UndoAsync(IReadOnlyList<UndoPlan> plans, RolloutOptions options, CancellationToken cancellationToken)
    {
        var deployed = plans.Where(plan => plan is { Problem: null, ServiceDeployment: null }).ToList();
        var deploying = new Redeployments(observer, rollouts).RunAsync([.. deployed.Select(plan => plan.Rollout!)], options, cancellationToken);
        var stopped = plans.Where(plan => plan is { Problem: null, ServiceDeployment: not null }).ToList();
        var stopping = new DeploymentStops(aws, registry, observer, time, rollouts).StopAsync(stopped, options, cancellationToken);
        await Task.WhenAll(deploying, stopping);

        var results = new Dictionary<UndoPlan, RolloutResult>(ReferenceEqualityComparer.Instance);
        foreach (var (plan, result) in deployed.Zip(await deploying))
            results[plan] = result;
        foreach (var (plan, result) in stopped.Zip(await stopping))
            results[plan] = result;
        return [.. plans.Select(plan => plan.Problem is null ? results[plan] : new(plan.ToRollout(), plan.Problem))];
    }
}
