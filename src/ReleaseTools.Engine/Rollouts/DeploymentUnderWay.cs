using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Finds a deployment that does already what a plan asks for, so that it is joined and not doubled. It is the PRIMARY,
/// IN_PROGRESS, of the service's own task definition, and none of its tasks stopped by its fault: who mended a cause wants
/// a new one.
/// <code>
/// image given  its task definition names     its running tasks run        then
/// no           –                             –                            anew: a restart means from now on
/// yes          the digest                    –                            joined
/// yes          a tag that is on the digest   the digest, where ECS says   joined: ECS resolves a tag once for each deployment
///                                            it of one at least           (versionConsistency), and now it would resolve so too
/// yes          a tag that is on the digest   nothing yet, or another      anew: the tag may have been resolved before
/// yes          anything else                 –                            anew
/// </code>
/// </summary>
internal sealed class DeploymentUnderWay(AwsSession aws)
{
    private readonly TaskPages pages = new(aws.Ecs);

    /// <summary>The deployment's id; null where a new one is needed, or where it cannot be told.</summary>
    public async Task<string?> FindAsync(RolloutPlan plan, CancellationToken cancellationToken)
    {
        var primary = DeploymentStart.Primary(plan.Seen);
        if (plan is not { Image.Digest: { } digest, PinsDigest: false, TagToMove: null, Container.Image: { } image }
            || primary is not { RolloutState: "IN_PROGRESS", FailedTasks: 0, Id: { } id } || primary.TaskDefinition != plan.Seen!.TaskDefinition)
            return null;

        var stopped = await TasksAsync("STOPPED");
        if (stopped.Any(task => TaskStop.Of(task).IsFault))
            return null;
        if (NamedImage.Parse(image).Digest == digest)
            return id;

        var digests = (await TasksAsync("RUNNING")).Select(task => DigestProof.Digest(task, plan.Container.Name)).OfType<string>().ToList();
        return digests.Count > 0 && digests.TrueForAll(one => plan.AcceptedDigests.Contains(one, StringComparer.Ordinal)) ? id : null;

        async Task<IEnumerable<EcsTask>> TasksAsync(string desiredStatus)
        {
            var request = new ListTasksRequest(plan.Service.Cluster) { ServiceName = plan.Service.Service, DesiredStatus = desiredStatus };
            return (await pages.DescribeAsync(request.Cluster, await pages.ListAsync(request, cancellationToken), cancellationToken)).Where(task => task.StartedBy == id);
        }
    }
}
