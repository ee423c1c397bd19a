using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>
/// Says what a service is put back to, and how.
/// <code>
/// asked for            the newest service deployment      plan
/// nothing              runs                               it is stopped with ROLLBACK; ECS puts its source revision back
/// nothing              is being rolled back               its rollback is waited for
/// nothing              ROLLBACK_SUCCESSFUL                error: it is put back already
/// nothing              ended else                         the newest successful revision that is another is deployed again; error: one whose
///                                                         image is not known is on the way there
/// nothing, of one      ended else                         what ran before that one is deployed again; error: it is the same, or nobody knows its image
/// deployment
/// nothing, of one that is being rolled back, or was       its rollback is waited for, and proven; error: it is another's by now
/// ECS rolls back
/// a task definition    –                                  it is deployed, with the digest it last ran with under its tag
/// a tag, a digest, its –                                  the active revision that ran it, else the service's task definition with its tag on it, is deployed;
/// beginning                                               where that names another digest, a revision of it that names this one is registered
/// </code>
/// How that is brought about, <see cref="UndoRollouts"/> says.
/// </summary>
internal sealed class UndoPlanner(AwsSession aws, IImageRegistry registry, IReleaseObserver observer, TimeProvider time)
{
    private const int LooksForOngoing = 4;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);
    private readonly UndoneContainer undone = new(registry, observer);
    private readonly UndoTargets targets = new(registry);
    private readonly UndoRollouts rollouts = new(aws, registry);

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
        MustBeOurs(request, observed);

        var history = await DeploymentHistory.ReadAsync(aws, service, cancellationToken);
        if (request.To is { } to)
        {
            observed = await undone.OfTargetAsync(to, observed, history, cancellationToken);
            return await DeployAsync(request, observed, await targets.FindAsync(to, observed, history, cancellationToken), cancellationToken);
        }

        // A list that lags behind would have the service go one deployment too far back; or the deployment has ended between the two reads.
        for (var looks = 1; Lags(history, DeploymentStart.Primary(observed.Ecs), request); looks++)
        {
            var primary = DeploymentStart.Primary(observed.Ecs)?.Id;
            if (looks >= LooksForOngoing)
                throw request.IsRolledBackByEcs ? NotOurs(request, service, primary) : UndoProblem.NothingToRestore(service, $"its deployment {primary} runs, and ECS does not list it as a service deployment");
            await Task.Delay(BetweenLooks, time, cancellationToken);
            observed = (await new ServiceReader(aws).ObserveAsync([request.Service], cancellationToken))[0];
            MustBeOurs(request, observed);
            history = await DeploymentHistory.ReadAsync(aws, service, cancellationToken);
        }

        if ((request.IsRolledBackByEcs ? history.Newest : history.Ongoing) is { } newest)
            return await StopAsync(newest, history.Deployed, request, observed, cancellationToken);
        if (history.Newest?.Status == "ROLLBACK_SUCCESSFUL")
            throw UndoProblem.NothingToRestore(service, $"its last deployment was rolled back already, and it runs {service.TaskDefinition}");
        var former = FormerOf(request, service, history);
        observed = await undone.OfChangeAsync(observed, history.Deployed, former, cancellationToken);
        return await DeployAsync(request, observed, new(former.TaskDefinition!, former, request.FormerDigest), cancellationToken);
    }

    private static void MustBeOurs(UndoRequest request, ObservedService observed)
    {
        var primary = DeploymentStart.Primary(observed.Ecs)?.Id;
        if (request is { DeploymentId: { } ours, IsRolledBackByEcs: false } && ours != primary)
            throw NotOurs(request, observed.Service, primary);
    }

    private static bool Lags(DeploymentHistory history, Deployment? primary, UndoRequest request) => request.IsRolledBackByEcs
        ? !DeploymentRollback.IsRollback(history.Newest?.Status)
        : history.Ongoing is null && primary?.RolloutState == "IN_PROGRESS";

    private static ReleaseException NotOurs(UndoRequest request, ReleaseService service, string? primary) =>
        ReleaseException.For(nameof(Messages.DeploymentNotOurs), ErrorKind.InvalidState, service.Service, service.Service, service.Cluster, request.DeploymentId, primary ?? "none");

    // Whoever asks for what ran before wants a change. Who undoes a deployment wants what ran before that one, and nothing older:
    // where a restart failed, an older version would not be its undoing. Of neither is passed over what nobody knows.
    private static ServiceRevision FormerOf(UndoRequest request, ReleaseService service, DeploymentHistory history)
    {
        var former = (request.DeploymentId is null ? history.Former : history.BeforeNewest)
            ?? throw UndoProblem.NothingToRestore(service, "ECS remembers no other deployment of it that succeeded in the last 90 days");
        return former.Likeness switch
        {
            RevisionLikeness.Same => throw UndoProblem.NothingToRestore(service, $"what ran before is the same, {ServiceReader.ShortName(former.Revision.TaskDefinition)}"),
            RevisionLikeness.Unknown when request.FormerDigest is null => throw UndoProblem.FormerImageUnknown(service, former, history.KnownFormer),
            _ => former.Revision,
        };
    }

    // ECS takes the digest of a deployment from the tag, so it goes back, or nothing does.
    private async Task<UndoPlan> DeployAsync(UndoRequest request, ObservedService observed, UndoTarget target, CancellationToken cancellationToken)
    {
        var rollout = await rollouts.PlanAsync(observed, target, cancellationToken);
        if (IsMovedByOthers(rollout, request))
            throw UndoProblem.TagMovedMeanwhile(observed.Service, rollout.Image!.Repository, rollout.TagToMove!, rollout.FormerDigest!);
        WarnOfUnknownImage(rollout);
        return new() { Service = observed.Service, Rollout = rollout with { DesiredCount = request.Count?.Back(observed.Ecs!.DesiredCount) } };
    }

    private static bool IsMovedByOthers(RolloutPlan rollout, UndoRequest request) =>
        rollout is { TagToMove: not null, FormerDigest: { } names } && request.DeployedDigests.Count > 0 && !request.DeployedDigests.Contains(names, StringComparer.Ordinal);

    private void WarnOfUnknownImage(RolloutPlan rollout)
    {
        if (rollout is { Image: null, NamedTag: var (repository, tag), Service: var service })
        {
            observer.Report(new Warned(service.Service, $"ECS does not know which image {service.TaskDefinition} ran with. The tag {tag} of {repository} stays where it is, and what runs then is not compared. "
                + $"To bring a certain image: Restore-EcsService {service.Service} -Cluster {service.Cluster} -To, with a release's tag or a digest."));
        }
    }

    private async Task<UndoPlan> StopAsync(
        ServiceDeploymentBrief newest, ServiceRevision? deployed, UndoRequest request, ObservedService observed, CancellationToken cancellationToken)
    {
        var described = (await aws.Ecs.DescribeServiceDeploymentsAsync(new([newest.ServiceDeploymentArn!]), cancellationToken)).ServiceDeployments;
        var source = described is [{ } deployment, ..]
            ? deployment.Rollback?.ServiceRevisionArn ?? deployment.SourceServiceRevisions?.OrderByDescending(one => one.RunningTaskCount).Select(one => one.Arn).FirstOrDefault()
            : null;
        if (source is null || (await DeploymentHistory.RevisionsAsync(aws, [source], cancellationToken)).GetValueOrDefault(source) is not { TaskDefinition: { } former } revision)
            throw UndoProblem.NothingToRestore(observed.Service, "the deployment that runs is its first");

        observed = await undone.OfChangeAsync(observed, deployed, revision, cancellationToken);
        var target = new UndoTarget(former, revision, request.FormerDigest) { IsPutBackByEcs = true };
        var rollout = await PutBackByEcsAsync(observed, target, cancellationToken);
        WarnOfUnknownImage(rollout);
        return new()
        {
            Service = observed.Service,
            Rollout = rollout with { DesiredCount = request.Count?.Back(observed.Ecs!.DesiredCount) },
            ServiceDeployment = newest.ServiceDeploymentArn,
            Deployment = newest.Status is "ROLLBACK_REQUESTED" || !DeploymentRollback.IsRollback(newest.Status) ? DeploymentStart.Primary(observed.Ecs)?.Id : null,
            TagStays = WhyTagStays(rollout, request),
            IsTagMovedByOthers = IsMovedByOthers(rollout, request),
            IsRollingBack = DeploymentRollback.IsRollback(newest.Status),
            Source = (observed, target),
        };
    }

    private static string? WhyTagStays(RolloutPlan rollout, UndoRequest request) =>
        rollout is { TagToMove: not null, NamedTag: { } tag } && request.NeededTags.Contains(tag) ? "another service of the same release needs it there"
        : IsMovedByOthers(rollout, request) ? UndoPlan.MovedByOthers
        : null;

    // Nothing may stand in a rollback's way: ECS keeps the digests of a revision, and needs neither its tag nor us to read them.
    private async Task<RolloutPlan> PutBackByEcsAsync(ObservedService observed, UndoTarget target, CancellationToken cancellationToken)
    {
        try
        {
            return await rollouts.PlanAsync(observed, target, cancellationToken);
        }
        catch (ReleaseException unread)
        {
            var service = observed.Service with { TaskDefinition = ServiceReader.ShortName(target.TaskDefinition), After = [], PinDigest = false };
            observer.Report(new Warned(service.Service, $"The image that ran before cannot be made out: {unread.Message} ECS puts {service.TaskDefinition} back all the same; "
                + "no tag is put back, and what runs then is not compared. Look where the tag is before the next deployment."));
            return new() { Service = service, Seen = observed.Ecs, TaskDefinitionToDeploy = target.TaskDefinition };
        }
    }
}
