using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Prechecks;

namespace ReleaseTools.Engine.Rollouts.Tasks;

/// <summary>
/// Reads services and says what a task of each would run, and what stands in its way. It asks less of a service than a
/// rollout does: who deploys it, and whether its tag can be moved, is nothing to a task.
/// </summary>
internal sealed class ReleaseTaskPlanner(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time)
{
    /// <summary>One plan for each request, in the order given.</summary>
    /// <exception cref="ReleaseException">A cluster is not there.</exception>
    public async Task<IReadOnlyList<ReleaseTaskPlan>> PlanAsync(IReadOnlyList<ReleaseTaskRequest> requests, CancellationToken cancellationToken)
    {
        // The image given, not the definition's, says which container is meant.
        var asked = requests.Select(request => request.Image is { } image ? request.Service with { Repository = image.Repository } : request.Service).ToList();
        var plans = new List<(ReleaseTaskPlan Plan, ObservedService Observed)>();
        foreach (var (request, observed) in requests.Zip(await new ServiceReader(aws).ObserveAsync(asked, cancellationToken)))
        {
            var plan = Plan(request, observed);
            plans.Add((plan is { Problem: null, Image.Digest: not null } ? plan with { NamesDigest = await NamesAsync(plan, cancellationToken) } : plan, observed));
        }

        return await WithPrechecksAsync(plans, cancellationToken);
    }

    // Of a task that cannot be run at all, nothing else matters.
    private async Task<IReadOnlyList<ReleaseTaskPlan>> WithPrechecksAsync(IReadOnlyList<(ReleaseTaskPlan Plan, ObservedService Observed)> plans, CancellationToken cancellationToken)
    {
        var tasks = new Dictionary<ReleaseTaskPlan, PrecheckedTask>(ReferenceEqualityComparer.Instance);
        foreach (var (plan, observed) in plans)
        {
            if (plan is { Problem: null, Seen: { } seen } && observed is { TaskDefinition: { } definition, Container: var container })
                tasks[plan] = PrecheckedTask.Of(plan.Service.Service, seen, definition, count: 1, plan.Image is { } image ? (image, container?.Name) : null, plan.Service.Repository, plan.PinsDigest);
        }

        var found = await new RolloutPrechecks(aws, registry, observer, time).CheckAsync([.. tasks.Values], cancellationToken);
        return [.. plans.Select(one => tasks.TryGetValue(one.Plan, out var task) ? one.Plan with { Problem = RolloutProblems.OfService(one.Plan.Service.Service, found[task]) } : one.Plan)];
    }

    /// <summary>The container of that name in a task definition.</summary>
    /// <exception cref="ReleaseException">There is none.</exception>
    public static ContainerDefinition Container(ReleaseService service, TaskDefinition? definition, string name)
    {
        var containers = definition?.ContainerDefinitions ?? [];
        return containers.FirstOrDefault(container => container.Name == name) ?? throw ReleaseException.For(
            nameof(Messages.ReleaseTaskContainerNotFound), ErrorKind.NotFound, service.Service,
            service.Service, service.TaskDefinition, name, string.Join(", ", containers.Select(container => container.Name)));
    }

    /// <summary>The container, which a task is to end with: without it, the task would go on for as long as an essential one does.</summary>
    /// <exception cref="ReleaseException">It is not essential.</exception>
    public static ContainerDefinition? Essential(ReleaseService service, ContainerDefinition? container) => container?.Essential != false ? container : throw ReleaseException.For(
        nameof(Messages.ReleaseTaskContainerNotEssential), ErrorKind.InvalidArgument, service.Service, service.Service, service.TaskDefinition, container.Name);

    /// <summary>The names of the containers that are essential, as each is that does not say otherwise.</summary>
    public static IReadOnlyList<string> EssentialOf(TaskDefinition? definition) =>
        [.. (definition?.ContainerDefinitions ?? []).Where(container => container.Essential != false).Select(container => container.Name).OfType<string>()];

    private static ReleaseTaskPlan Plan(ReleaseTaskRequest request, ObservedService observed)
    {
        var before = request.Command.Count > 0 ? null : observed.Service.BeforeRollout;
        var plan = new ReleaseTaskPlan
        {
            Service = observed.Service,
            Image = request.Image,
            Command = before?.Command ?? request.Command,
            Environment = request.Environment,
            Timeout = request.Timeout ?? before?.Timeout,
            Seen = observed.Ecs is { } ecs ? ecs with { Events = null } : null,
            Container = observed.Container,
            Essential = EssentialOf(observed.TaskDefinition),
            NamedImage = observed.Container?.Image,
        };
        try
        {
            Check(plan, observed);
            var container = (request.Container ?? before?.Container) is { } name ? Container(plan.Service, observed.TaskDefinition, name) : plan.Container;
            return plan with { Container = Essential(plan.Service, container) };
        }
        catch (ReleaseException problem)
        {
            return plan with { Problem = problem };
        }
    }

    private static void Check(ReleaseTaskPlan plan, ObservedService observed)
    {
        var service = plan.Service;
        if (plan.Seen is null)
            throw ServiceReader.NotFound(service);
        if (plan.Seen.Status != "ACTIVE")
            throw ReleaseException.For(nameof(Messages.ServiceNotActive), ErrorKind.InvalidState, service.Service, service.Service, service.Cluster, plan.Seen.Status);
        if (plan.Command.Count == 0)
            throw ReleaseException.For(nameof(Messages.ReleaseTaskCommandMissing), ErrorKind.InvalidArgument, service.Service, service.Service);
        if (plan.NamedImage is not null)
            return;
        var images = string.Join(", ", (observed.TaskDefinition?.ContainerDefinitions ?? []).Select(container => container.Image));
        throw ReleaseException.For(nameof(Messages.TaskDefinitionImageNotMatched), ErrorKind.InvalidState, service.Service, service.Service, service.TaskDefinition, service.Repository, images);
    }

    // A tag that is on the digest already is as good as the digest: the task resolves it when it starts.
    private async Task<bool> NamesAsync(ReleaseTaskPlan plan, CancellationToken cancellationToken)
    {
        var named = NamedImage.Parse(plan.NamedImage!);
        return (named.Digest ?? (await registry.FindAsync(plan.Image!.Repository, named.EffectiveTag, cancellationToken))?.Digest) == plan.Image!.Digest;
    }
}
