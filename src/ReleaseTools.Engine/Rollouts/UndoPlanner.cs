using System.Collections.Frozen;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Says what a service is put back to, and how.
/// <code>
/// asked for            the newest service deployment      plan
/// nothing              runs                               it is stopped with ROLLBACK; ECS puts its source revision back
/// nothing              is being rolled back               its rollback is waited for
/// nothing              ROLLBACK_SUCCESSFUL                error: it is put back already
/// nothing              ended else                         the newest successful revision that is another is deployed again
/// nothing, of one      ended else                         what ran before that one is deployed again; error: it is the same
/// deployment
/// a task definition    –                                  it is deployed, with the digest it last ran with under its tag
/// a tag, a digest, its –                                  the active revision that ran it, else the service's task definition with its tag on it, is deployed;
/// beginning                                               where that names another digest, a revision of it that names this one is registered
/// </code>
/// ECS deploys active task definitions only, and Terraform deregisters what it replaces: of an inactive one that is to be deployed, a
/// copy is registered, which names the digest.
/// A tag that the task definition names goes back to the digest too: tasks that are started later would else run what was undone.
/// </summary>
internal sealed class UndoPlanner(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time)
{
    private const int LooksForOngoing = 4;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);
    private readonly UndoneContainer undone = new(registry, observer);

    /// <summary>One plan for each service, in the order given.</summary>
    /// <exception cref="ReleaseException">A cluster is not there.</exception>
    public async Task<IReadOnlyList<UndoPlan>> PlanAsync(IReadOnlyList<UndoRequest> requests, CancellationToken cancellationToken)
    {
        var plans = new List<UndoPlan>();
        foreach (var (request, observed) in requests.Zip(await new ServiceReader(aws).ObserveAsync([.. requests.Select(one => one.Service)], cancellationToken)))
        {
            try
            {
                plans.Add(await PlanAsync(request, observed, cancellationToken));
            }
            catch (ReleaseException error)
            {
                plans.Add(new() { Service = observed.Service, Problem = error });
            }
        }

        return plans;
    }

    private async Task<UndoPlan> PlanAsync(UndoRequest request, ObservedService observed, CancellationToken cancellationToken)
    {
        var service = observed.Service;
        if (RolloutPlanner.Plan(observed, image: null).Problem is { } problem)
            throw problem;
        var deployment = observed.Ecs!.Deployments?.FirstOrDefault(one => one.Status == "PRIMARY");
        var primary = deployment?.Id;
        if (request.DeploymentId is { } ours && ours != primary)
            throw Error(nameof(Messages.DeploymentNotOurs), service, ours, primary ?? "none");

        var history = await DeploymentHistory.ReadAsync(aws, service, cancellationToken);
        if (request.To is { } to)
        {
            observed = await undone.OfTargetAsync(to, observed, history, cancellationToken);
            return new() { Service = service, Rollout = await RolloutAsync(observed, await TargetAsync(to, observed, history, cancellationToken), cancellationToken) };
        }

        // A list that lags behind would have the service go one deployment too far back.
        for (var looks = 1; history.Ongoing is null && deployment?.RolloutState == "IN_PROGRESS"; looks++)
        {
            if (looks >= LooksForOngoing)
                throw Error(nameof(Messages.NothingToRestore), service, $"its deployment {primary} runs, and ECS does not list it as a service deployment");
            await Task.Delay(BetweenLooks, time, cancellationToken);
            history = await DeploymentHistory.ReadAsync(aws, service, cancellationToken);
        }

        if (history.Ongoing is { } ongoing)
            return await StopAsync(ongoing, history.Deployed, primary, request, observed, cancellationToken);
        if (history.NewestStatus == "ROLLBACK_SUCCESSFUL")
            throw Error(nameof(Messages.NothingToRestore), service, $"its last deployment was rolled back already, and it runs {service.TaskDefinition}");
        var former = FormerOf(request, service, history);
        observed = await undone.OfChangeAsync(observed, history.Deployed, former, cancellationToken);
        return new() { Service = service, Rollout = await RolloutAsync(observed, new(former.TaskDefinition!, former, request.FormerDigest), cancellationToken) };
    }

    // Whoever asks for what ran before wants a change. Who undoes a deployment wants what ran before that one, and nothing older:
    // where a restart failed, an older version would not be its undoing.
    private static ServiceRevision FormerOf(UndoRequest request, ReleaseService service, DeploymentHistory history)
    {
        var former = (request.DeploymentId is null ? history.Former : history.BeforeNewest)
            ?? throw Error(nameof(Messages.NothingToRestore), service, "ECS remembers no other deployment of it that succeeded in the last 90 days");
        return request.DeploymentId is not null && history.IsDeployed(former)
            ? throw Error(nameof(Messages.NothingToRestore), service, $"what ran before is the same, {ServiceReader.ShortName(former.TaskDefinition)}")
            : former;
    }

    private async Task<UndoPlan> StopAsync(
        ServiceDeploymentBrief ongoing, ServiceRevision? deployed, string? primary, UndoRequest request, ObservedService observed, CancellationToken cancellationToken)
    {
        var described = (await aws.Ecs.DescribeServiceDeploymentsAsync(new([ongoing.ServiceDeploymentArn!]), cancellationToken)).ServiceDeployments;
        var source = described is [{ } deployment, ..]
            ? deployment.Rollback?.ServiceRevisionArn ?? deployment.SourceServiceRevisions?.OrderByDescending(one => one.RunningTaskCount).Select(one => one.Arn).FirstOrDefault()
            : null;
        if (source is null || (await DeploymentHistory.RevisionsAsync(aws, [source], cancellationToken)).GetValueOrDefault(source) is not { TaskDefinition: { } former } revision)
            throw Error(nameof(Messages.NothingToRestore), observed.Service, "the deployment that runs is its first");

        observed = await undone.OfChangeAsync(observed, deployed, revision, cancellationToken);
        var rollout = await PutBackByEcsAsync(observed, new(former, revision, request.FormerDigest) { IsPutBackByEcs = true }, cancellationToken);
        return new()
        {
            Service = observed.Service,
            Rollout = rollout,
            ServiceDeployment = ongoing.ServiceDeploymentArn,
            Deployment = ongoing.Status == "ROLLBACK_IN_PROGRESS" ? null : primary,
            LeavesTag = rollout.NamedTag is { } tag && request.NeededTags.Contains(tag),
            IsRollingBack = ongoing.Status is "ROLLBACK_REQUESTED" or "ROLLBACK_IN_PROGRESS",
        };
    }

    // Nothing may stand in a rollback's way: ECS keeps the digests of a revision, and needs neither its tag nor us to read them.
    private async Task<RolloutPlan> PutBackByEcsAsync(ObservedService observed, Target target, CancellationToken cancellationToken)
    {
        try
        {
            return await RolloutAsync(observed, target, cancellationToken);
        }
        catch (ReleaseException unread)
        {
            var service = observed.Service with { TaskDefinition = ServiceReader.ShortName(target.TaskDefinition), After = [], PinDigest = false };
            observer.Report(new Warned(service.Service, $"The image that ran before cannot be made out: {unread.Message} ECS puts {service.TaskDefinition} back all the same; "
                + "no tag is put back, and what runs then is not compared. Look where the tag is before the next deployment."));
            return new() { Service = service, Seen = observed.Ecs, TaskDefinitionToDeploy = target.TaskDefinition };
        }
    }

    // A tag has no colon, so a task definition is told from it by its own: family:revision, or an ARN.
    internal static bool IsTaskDefinition(string to) => !ImageReference.IsDigest(to) && !ShortDigest.Is(to) && to.Contains(':', StringComparison.Ordinal);

    private async Task<Target> TargetAsync(string to, ObservedService observed, DeploymentHistory history, CancellationToken cancellationToken)
    {
        if (IsTaskDefinition(to))
            return new(to, history.Succeeded.FirstOrDefault(one => to == one.TaskDefinition || to == ServiceReader.ShortName(one.TaskDefinition)));

        var container = observed.Container?.Name;
        if (observed.Container?.Image is not { } image || !ImageReference.TryParse(image, out var reference, out _))
            throw Error(nameof(Messages.RestoreTargetNotFound), observed.Service, to, $"its task definition {observed.Service.TaskDefinition} names no repository for a tag or digest");
        var asked = ShortDigest.Is(to) ? await WholeAsync(to, observed, history, reference.Repository, cancellationToken) : to;
        var digest = (await registry.FindAsync(reference.Repository, asked, cancellationToken))?.Digest
            ?? throw Error(nameof(Messages.RestoreTargetNotFound), observed.Service, to, $"{reference.Repository} does not hold it");

        var accepted = await registry.ManifestDigestsAsync(reference.Repository, digest, cancellationToken);
        var ran = history.Succeeded.FirstOrDefault(one => DeploymentHistory.DigestOf(one, container) is { } known && accepted.Contains(known, StringComparer.Ordinal));
        return new(ran?.TaskDefinition ?? observed.Ecs!.TaskDefinition!, Revision: null, digest) { IsImage = true };
    }

    // What the service ran and is to run can be named as it is shown; the rest of a repository would have to be listed.
    private async Task<string> WholeAsync(string beginning, ObservedService observed, DeploymentHistory history, string repository, CancellationToken cancellationToken)
    {
        var named = NamedImage.Parse(observed.Container!.Image!);
        var current = named.Digest ?? (await registry.FindAsync(repository, named.EffectiveTag, cancellationToken))?.Digest;
        return ShortDigest.Whole(beginning, history.Revisions.Values.Select(one => DeploymentHistory.DigestOf(one, observed.Container.Name)).Append(current)) switch
        {
            [var one] => one,
            [] => throw Error(nameof(Messages.RestoreTargetNotFound), observed.Service, beginning, "no digest that ECS remembers the service to have run begins so; any other is given whole, sha256: and its 64 digits"),
            var several => throw Error(nameof(Messages.RestoreTargetNotFound), observed.Service, beginning, $"several digests begin so: {string.Join(", ", several)}"),
        };
    }

    private async Task<RolloutPlan> RolloutAsync(ObservedService observed, Target target, CancellationToken cancellationToken)
    {
        var service = observed.Service;
        var definition = await DefinitionAsync(target.TaskDefinition, service, cancellationToken);
        var container = ContainerOf(definition, observed);
        var inactive = definition.Status is not (null or "ACTIVE") && !target.IsPutBackByEcs;
        if (inactive && target.IsImage && target.TaskDefinition != observed.Ecs!.TaskDefinition)
        {
            // Another tag would name another release's image; so that one stays, and the digest is named.
            return await RolloutAsync(observed, target with { TaskDefinition = observed.Ecs.TaskDefinition!, Pins = container?.Image != observed.Container?.Image }, cancellationToken);
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

    private async Task<RolloutPlan> WithImageAsync(RolloutPlan plan, NamedImage named, string repository, Target target, CancellationToken cancellationToken)
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

        throw Error(nameof(Messages.RestoreTargetNotFound), service, ServiceReader.ShortName(name) ?? name, "there is no such task definition");
    }

    private static ContainerDefinition? ContainerOf(TaskDefinition definition, ObservedService observed)
    {
        var containers = definition.ContainerDefinitions ?? [];
        return (observed.Service.Repository is { } repository ? containers.FirstOrDefault(one => one.Image is not null && NamedImage.Parse(one.Image).IsIn(repository)) : null)
            ?? containers.FirstOrDefault(one => one.Name == observed.Container?.Name)
            ?? containers.FirstOrDefault(one => one.Essential != false);
    }

    internal static ReleaseException Error(string id, ReleaseService service, params object?[] more) => id == nameof(Messages.RestoreTargetNotFound)
        ? ReleaseException.For(id, ErrorKind.NotFound, service.Service, [service.Service, .. more, service.Cluster])
        : ReleaseException.For(id, ErrorKind.InvalidState, service.Service, [service.Service, service.Cluster, .. more]);

    /// <summary>What is to run.</summary>
    /// <param name="TaskDefinition">The task definition.</param>
    /// <param name="Revision">The revision that ran with it; null where none is known.</param>
    /// <param name="Digest">The digest that is asked for, or that the tag named before.</param>
    private sealed record Target(string TaskDefinition, ServiceRevision? Revision, string? Digest = null)
    {
        /// <summary>Whether an image is asked for, and the task definition is only what brings it.</summary>
        public bool IsImage { get; init; }

        /// <summary>Whether a revision is to name the digest, rather than the tag that is named to be put on it.</summary>
        public bool Pins { get; init; }

        /// <summary>Whether ECS puts it back itself, which needs no UpdateService.</summary>
        public bool IsPutBackByEcs { get; init; }
    }
}

/// <summary>A service that is to be put back.</summary>
/// <param name="Service">The service, by name and cluster.</param>
/// <param name="To">A task definition, a tag, a digest or its beginning; null for what ran before.</param>
internal sealed record UndoRequest(ReleaseService Service, string? To = null)
{
    /// <summary>The deployment that is undone, where another's must not be; null for whichever runs.</summary>
    public string? DeploymentId { get; init; }

    /// <summary>The repositories and tags that other services' deployments need where they are.</summary>
    public IReadOnlySet<(string Repository, string Tag)> NeededTags { get; init; } = FrozenSet<(string Repository, string Tag)>.Empty;

    /// <summary>What the tag named before that deployment, where ECS does not know.</summary>
    public string? FormerDigest { get; init; }
}
