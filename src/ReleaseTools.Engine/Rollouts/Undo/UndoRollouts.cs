using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>
/// Plans the rollout that brings a service what it is to run again. ECS deploys active task definitions only, and Terraform
/// deregisters what it replaces: of an inactive one that is to be deployed, a copy is registered, which names the digest.
/// A tag that the task definition names goes back to the digest too: tasks that are started later would else run what was undone.
/// </summary>
internal sealed class UndoRollouts(AwsSession aws, IImageRegistry registry)
{
    /// <summary>The plan that deploys it.</summary>
    /// <exception cref="ReleaseException">It is not there, or cannot be deployed.</exception>
    public async Task<RolloutPlan> PlanAsync(ObservedService observed, UndoTarget target, CancellationToken cancellationToken)
    {
        var service = observed.Service;
        var definition = await DefinitionAsync(target.TaskDefinition, service, cancellationToken);
        var container = ContainerOf(definition, observed);
        var inactive = definition.Status is not (null or "ACTIVE") && !target.IsPutBackByEcs;
        if (inactive && target.IsImage && target.TaskDefinition != observed.Ecs!.TaskDefinition)
        {
            // Another tag would name another release's image; so that one stays, and the digest is named.
            return await PlanAsync(observed, target with { TaskDefinition = observed.Ecs.TaskDefinition!, Pins = container?.Image != observed.Container?.Image }, cancellationToken);
        }

        var plan = new RolloutPlan
        {
            // None waits for another: in an incident, what a service comes after may be what does not get healthy.
            // A task definition that is put back is deployed as it was; a digest that is asked for is brought as the definition brings one.
            Service = service with
            {
                TaskDefinition = ServiceReader.ShortName(definition.TaskDefinitionArn) ?? target.TaskDefinition,
                After = [],
                PinDigest = service.PinDigest && target.IsImage || target.Pins || inactive,
            },
            Container = container,
            CopiesDefinition = inactive,
            Seen = observed.Ecs,
            TaskDefinitionToDeploy = definition.TaskDefinitionArn ?? target.TaskDefinition,
        };
        if (container?.Image is { } image && ImageReference.TryParse(image, out var reference, out _)) // else of no registry that could be asked
            plan = await WithImageAsync(plan, NamedImage.Parse(image), reference.Repository, target, cancellationToken);
        return !inactive || plan.PinsDigest ? plan : throw ReleaseException.For(
            nameof(Messages.TaskDefinitionInactive), ErrorKind.InvalidState, service.Service, service.Service, ServiceReader.ShortName(target.TaskDefinition), definition.Status, service.Cluster);
    }

    private async Task<RolloutPlan> WithImageAsync(RolloutPlan plan, NamedImage named, string repository, UndoTarget target, CancellationToken cancellationToken)
    {
        var there = named.Digest is null ? (await registry.FindAsync(repository, named.EffectiveTag, cancellationToken))?.Digest : null;
        var ran = target.Revision is null ? target.Digest : DeploymentHistory.DigestOf(target.Revision, plan.Container?.Name) ?? target.Digest;
        if (target.IsImage && named.Digest is { } pinned && ran is not null && ran != pinned)
            plan = plan with { Service = plan.Service with { PinDigest = true } };

        // A task may tell the digest of a platform's manifest; a tag belongs on the index that lists it.
        var digest = (plan.Service.PinDigest ? null : named.Digest) ?? await WholeAsync(repository, ran, [there, target.Digest], cancellationToken) ?? (target.Revision is null ? there : null) ?? named.Digest;
        if (digest is null)
            return plan;
        var moves = !plan.Service.PinDigest && named.Digest is null && there != digest;
        if (moves && there is not null && await registry.AreTagsImmutableAsync(repository, cancellationToken))
            throw ReleaseException.For(nameof(Messages.TagToDeployImmutable), ErrorKind.InvalidState, plan.Service.Service, plan.Service.Service, plan.Service.TaskDefinition, named.EffectiveTag, repository, Words.Digest(there));
        return plan with
        {
            Image = new() { Name = plan.Service.Image ?? plan.Service.Service, Repository = repository, Tag = named.EffectiveTag, Digest = digest },
            TagToMove = moves ? named.EffectiveTag : null,
            FormerDigest = there,
            AcceptedDigests = await registry.ManifestDigestsAsync(repository, digest, cancellationToken),
        };
    }

    private async Task<string?> WholeAsync(string repository, string? ran, IReadOnlyList<string?> candidates, CancellationToken cancellationToken)
    {
        foreach (var candidate in candidates.OfType<string>().Where(one => ran is not null && one != ran))
        {
            if ((await registry.ManifestDigestsAsync(repository, candidate, cancellationToken)).Contains(ran, StringComparer.Ordinal))
                return candidate;
        }

        return ran;
    }

    private async Task<TaskDefinition> DefinitionAsync(string name, ReleaseService service, CancellationToken cancellationToken)
    {
        try
        {
            if ((await aws.Ecs.DescribeTaskDefinitionAsync(new(name), cancellationToken)).TaskDefinition is { } definition)
                return definition;
        }
        catch (AwsServiceException error) when (error.Code == "ClientException")
        {
            // "Unable to describe task definition."
        }

        throw UndoProblem.TargetNotFound(service, ServiceReader.ShortName(name) ?? name, "there is no such task definition");
    }

    private static ContainerDefinition? ContainerOf(TaskDefinition definition, ObservedService observed)
    {
        var containers = definition.ContainerDefinitions ?? [];
        return (observed.Service.Repository is { } repository ? containers.FirstOrDefault(one => one.Image is not null && NamedImage.Parse(one.Image).IsIn(repository)) : null)
            ?? containers.FirstOrDefault(one => one.Name == observed.Container?.Name)
            ?? containers.FirstOrDefault(one => one.Essential != false);
    }
}
