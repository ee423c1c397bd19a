using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecs;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// What ECS remembers of a service's deployments, newest first: "service deployments", kept for 90 days, and of each the
/// revision that it deployed: the task definition and the digests that its images were resolved to.
/// (Amazon ECS developer guide, "View service history using Amazon ECS service deployments".)
/// </summary>
internal sealed record DeploymentHistory(IReadOnlyList<ServiceDeploymentBrief> Deployments, IReadOnlyDictionary<string, ServiceRevision> Revisions)
{
    // DescribeServiceRevisions takes 20, ListServiceDeployments gives 100 (API reference).
    private const int RevisionsPerCall = 20;
    private const int DeploymentsPerCall = 100;

    /// <summary>The newest one, where it has not ended.</summary>
    public ServiceDeploymentBrief? Ongoing => Deployments is [{ Status: { } status } newest, ..] && !HasEnded(status) ? newest : null;

    /// <summary>The newest one's status.</summary>
    public string? NewestStatus => Deployments is [var newest, ..] ? newest.Status : null;

    /// <summary>What the newest one deployed, or is deploying; null where ECS does not tell.</summary>
    public ServiceRevision? Deployed => Deployments is [var newest, ..] ? RevisionOf(newest) : null;

    /// <summary>The revisions that were deployed with success, newest first.</summary>
    public IEnumerable<ServiceRevision> Succeeded => Deployments.Where(one => one.Status == "SUCCESSFUL").Select(RevisionOf).OfType<ServiceRevision>();

    /// <summary>
    /// The newest revision that was deployed with success and is another than what was deployed last: another task
    /// definition, or another digest under the same tag. To deploy the same again would put nothing back.
    /// </summary>
    public ServiceRevision? Former => Deployed is { } current
        ? Succeeded.FirstOrDefault(one => IsAnother(one, current))
        : null;

    /// <summary>
    /// What ran before the newest deployment: the newest that succeeded before it, also where it is the same. Null where there is
    /// none, or ECS does not tell its revision; one that is older still would be too far back.
    /// </summary>
    public ServiceRevision? BeforeNewest => Deployments.Skip(1).FirstOrDefault(one => one.Status == "SUCCESSFUL") is { } before ? RevisionOf(before) : null;

    /// <summary>Whether the newest deployment deployed just this.</summary>
    public bool IsDeployed(ServiceRevision revision) => Deployed is { } current && !IsAnother(revision, current);

    public static async Task<DeploymentHistory> ReadAsync(AwsSession aws, ReleaseService service, CancellationToken cancellationToken)
    {
        var page = await aws.Ecs.ListServiceDeploymentsAsync(new(service.Cluster, service.Service) { MaxResults = DeploymentsPerCall }, cancellationToken);
        var deployments = (page.ServiceDeployments ?? []).OrderByDescending(one => one.CreatedAt).ToList();

        // The newest few suffice: nobody goes back further without naming where to.
        var wanted = deployments.Where((one, i) => i == 0 || one.Status == "SUCCESSFUL").Select(one => one.TargetServiceRevisionArn).OfType<string>().Distinct(StringComparer.Ordinal).Take(RevisionsPerCall);
        return new(deployments, await RevisionsAsync(aws, [.. wanted], cancellationToken));
    }

    public static async Task<IReadOnlyDictionary<string, ServiceRevision>> RevisionsAsync(AwsSession aws, IReadOnlyList<string> arns, CancellationToken cancellationToken) =>
        arns.Count == 0
            ? new Dictionary<string, ServiceRevision>(StringComparer.Ordinal)
            : ((await aws.Ecs.DescribeServiceRevisionsAsync(new(arns), cancellationToken)).ServiceRevisions ?? [])
                .Where(one => one.ServiceRevisionArn is not null).ToDictionary(one => one.ServiceRevisionArn!, StringComparer.Ordinal);

    /// <summary>Whether a service deployment's status is an end.</summary>
    public static bool HasEnded(string? status) => status is "SUCCESSFUL" or "STOPPED" or "ROLLBACK_SUCCESSFUL" or "ROLLBACK_FAILED";

    /// <summary>The digest that a revision's container runs; null where it was never resolved.</summary>
    public static string? DigestOf(ServiceRevision? revision, string? container) =>
        revision?.ContainerImages?.FirstOrDefault(one => one.ContainerName == container)?.ImageDigest is { Length: > 0 } digest ? digest : null;

    private ServiceRevision? RevisionOf(ServiceDeploymentBrief deployment) => Revisions.GetValueOrDefault(deployment.TargetServiceRevisionArn ?? "");

    private static bool IsAnother(ServiceRevision one, ServiceRevision current) => one.TaskDefinition != current.TaskDefinition || HasOtherDigest(one, current);

    private static bool HasOtherDigest(ServiceRevision one, ServiceRevision current) =>
        (one.ContainerImages ?? []).Any(image => image.ImageDigest is { Length: > 0 } digest && DigestOf(current, image.ContainerName) != digest);
}
