using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Rollouts.Tasks;

/// <summary>Adds to the plans of rollouts the tasks that their services have run before: only where there is an image to roll out.</summary>
internal sealed class BeforeRolloutPlanner(AwsSession aws)
{
    /// <summary>The plans, those of services with <c>beforeRollout</c> with their task, or with what stands in its way.</summary>
    public async Task<IReadOnlyList<RolloutPlan>> WithTasksAsync(IReadOnlyList<RolloutPlan> plans, CancellationToken cancellationToken)
    {
        var planned = new List<RolloutPlan>();
        foreach (var plan in plans)
            planned.Add(plan is { Problem: null, Image: not null, Service.BeforeRollout: { } before } ? await WithTaskAsync(plan, before, cancellationToken) : plan);
        return planned;
    }

    private async Task<RolloutPlan> WithTaskAsync(RolloutPlan plan, BeforeRolloutTask before, CancellationToken cancellationToken)
    {
        ContainerDefinition container;
        try
        {
            container = ReleaseTaskPlanner.Essential(plan.Service, await ContainerAsync(plan, before.Container, cancellationToken))!;
        }
        catch (ReleaseException problem)
        {
            return plan with { Problem = problem };
        }

        return plan with
        {
            BeforeRollout = new ReleaseTaskPlan
            {
                Service = plan.Service,
                Image = plan.Image,
                Command = before.Command,
                Timeout = before.Timeout,
                Seen = plan.Seen,
                Container = container,
                Essential = ReleaseTaskPlanner.EssentialOf(plan.Definition),
                NamedImage = plan.Container!.Image,
                NamesDigest = plan.Image!.Digest is { } digest && (NamedImage.Parse(plan.Container.Image!).Digest ?? plan.FormerDigest) == digest,
            },
        };
    }

    private async Task<ContainerDefinition> ContainerAsync(RolloutPlan plan, string? name, CancellationToken cancellationToken)
    {
        if (name is null || name == plan.Container!.Name)
            return plan.Container!;
        var definition = (await aws.Ecs.DescribeTaskDefinitionAsync(new(plan.Seen!.TaskDefinition!), cancellationToken)).TaskDefinition;
        return ReleaseTaskPlanner.Container(plan.Service, definition, name);
    }
}
