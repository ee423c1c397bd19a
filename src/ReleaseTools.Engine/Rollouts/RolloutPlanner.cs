using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Prechecks;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>Reads services and says what a rollout of images to them means, and what stands in its way.</summary>
internal sealed class RolloutPlanner(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time)
{
    private readonly Dictionary<string, bool> immutable = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Repository, string Digest), IReadOnlyList<string>> accepted = [];

    /// <summary>One plan for each service, in the order given.</summary>
    /// <exception cref="ReleaseException">A cluster is not there.</exception>
    public async Task<IReadOnlyList<RolloutPlan>> PlanAsync(
        IReadOnlyList<ReleaseService> services, IReadOnlyDictionary<string, EcrImage> imageByService, int? desiredCount, CancellationToken cancellationToken)
    {
        // The image given, not the definition's, says which container is meant.
        var asked = services.Select(service => imageByService.TryGetValue(service.Service, out var image) ? service with { Repository = image.Repository } : service).ToList();
        var plans = new List<RolloutPlan>();
        foreach (var observed in await new ServiceReader(aws).ObserveAsync(asked, cancellationToken))
        {
            var plan = Plan(observed, imageByService.GetValueOrDefault(observed.Service.Service)) with { DesiredCount = desiredCount };
            plans.Add(plan.Problem is null ? await WithDeploymentAsync(await WithDigestsAsync(plan, cancellationToken), cancellationToken) : plan);
        }

        return await WithPrechecksAsync(plans, cancellationToken);
    }

    /// <summary>What can be said without asking ECR.</summary>
    internal static RolloutPlan Plan(ObservedService observed, EcrImage? image)
    {
        var plan = new RolloutPlan { Service = observed.Service, Image = image, Container = observed.Container, Definition = observed.TaskDefinition, Seen = observed.Ecs is { } ecs ? ecs with { Events = null } : null };
        return plan with { Problem = Problem(observed, image) };
    }

    private static ReleaseException? Problem(ObservedService observed, EcrImage? image)
    {
        var service = observed.Service;
        if (observed.Ecs is not { } ecs)
            return ServiceReader.NotFound(service);
        if (ecs.Status != "ACTIVE")
            return Error(nameof(Messages.ServiceNotActive), service, service.Service, service.Cluster, ecs.Status);

        // CODE_DEPLOY and EXTERNAL refuse changes by UpdateService; ECS is what no controller means.
        if (ecs.DeploymentController?.Type is not (null or "ECS"))
            return Error(nameof(Messages.ServiceControllerNotEcs), service, service.Service, ecs.DeploymentController.Type);
        if (image is null)
            return null;

        if (observed.Container?.Image is not { } taskImage)
        {
            var images = string.Join(", ", (observed.TaskDefinition?.ContainerDefinitions ?? []).Select(container => container.Image));
            return Error(nameof(Messages.TaskDefinitionImageNotMatched), service, service.Service, service.TaskDefinition, image.Repository, images);
        }

        // A task definition that names this very digest is deployed as it is; another is only a base for a revision that does.
        return !service.PinDigest && NamedImage.Parse(taskImage).Digest is { } pinned && pinned != image.Digest
            ? Error(nameof(Messages.TaskDefinitionPinsDigest), service, service.Service, service.TaskDefinition, taskImage, image.ImageUri ?? $"{image.Repository}:{image.Tag}")
            : null;
    }

    private static ReleaseException Error(string id, ReleaseService service, params object?[] arguments) =>
        ReleaseException.For(id, ErrorKind.InvalidState, service.Service, arguments);

    private async Task<RolloutPlan> WithDigestsAsync(RolloutPlan plan, CancellationToken cancellationToken)
    {
        if (plan.Image is not { } image)
            return plan;

        var named = NamedImage.Parse(plan.Container!.Image!);
        var there = named.Digest ?? (await registry.FindAsync(image.Repository, named.EffectiveTag, cancellationToken))?.Digest;
        var moves = !plan.PinsDigest && (image.Digest is null ? named.Digest is null && named.EffectiveTag != image.Tag : there != image.Digest);
        if (moves && there is not null && await AreTagsImmutableAsync(image.Repository, cancellationToken))
            return plan with { Problem = Error(nameof(Messages.TagToDeployImmutable), plan.Service, plan.Service.Service, plan.Service.TaskDefinition, named.EffectiveTag, image.Repository, Words.Digest(there)) };

        plan = plan with { TagToMove = moves ? named.EffectiveTag : null, FormerDigest = named.Digest is null ? there : null };
        try
        {
            return plan with { AcceptedDigests = image.Digest is null ? [] : await AcceptedAsync(image.Repository, image.Digest, cancellationToken) };
        }
        catch (ReleaseException missing) when (missing.Id == nameof(Messages.ManifestNotFound))
        {
            return plan with { Problem = ReleaseException.Wrap(missing, nameof(Messages.ServiceImageNotFound), ErrorKind.NotFound, plan.Service.Service, plan.Service.Service, image.ImageUri, image.Name) };
        }
    }

    // Whatever else stands in the way is told with it; but of a service that cannot be deployed at all, nothing else matters.
    private async Task<IReadOnlyList<RolloutPlan>> WithPrechecksAsync(IReadOnlyList<RolloutPlan> plans, CancellationToken cancellationToken)
    {
        var tasks = new Dictionary<RolloutPlan, PrecheckedTask>(ReferenceEqualityComparer.Instance);
        foreach (var plan in plans)
        {
            if (plan is { Seen: { } seen, Definition: { } definition }
                && plan.Problem?.Id is not (nameof(Messages.ServiceNotActive) or nameof(Messages.ServiceControllerNotEcs)))
                tasks[plan] = PrecheckedTask.Of(
                    plan.Service.Service, seen, definition, BeginsWithTask(plan) ? 1 : plan.DesiredCount, plan is { Image: { } image, Container: { } container } ? (image, container.Name) : null, plan.Service.Repository, plan.PinsDigest);
        }

        var found = await new RolloutPrechecks(aws, registry, observer, time).CheckAsync([.. tasks.Values], cancellationToken);
        return [.. plans.Select(plan => !tasks.TryGetValue(plan, out var task) || found[task].Count == 0
            ? plan
            : plan with { Problem = RolloutProblems.OfService(plan.Service.Service, [.. plan.Problem is { } problem ? [problem] : Array.Empty<ReleaseException>(), .. found[task]]) })];
    }

    // That task is started also where the service has none.
    private static bool BeginsWithTask(RolloutPlan plan) => plan is { Image: not null, Service.BeforeRollout: not null };

    private async Task<RolloutPlan> WithDeploymentAsync(RolloutPlan plan, CancellationToken cancellationToken) =>
        plan with { UnderWay = await new DeploymentUnderWay(aws).FindAsync(plan, cancellationToken) };

    // Services often share an image; it is asked for once.
    private async Task<IReadOnlyList<string>> AcceptedAsync(string repository, string digest, CancellationToken cancellationToken)
    {
        if (!accepted.TryGetValue((repository, digest), out var are))
            accepted[(repository, digest)] = are = await registry.ManifestDigestsAsync(repository, digest, cancellationToken);
        return are;
    }

    // And a repository.
    private async Task<bool> AreTagsImmutableAsync(string repository, CancellationToken cancellationToken)
    {
        if (!immutable.TryGetValue(repository, out var are))
            immutable[repository] = are = await registry.AreTagsImmutableAsync(repository, cancellationToken);
        return are;
    }
}
