using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
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

    /// <summary>The newest one.</summary>
    public ServiceDeploymentBrief? Newest => Deployments is [var newest, ..] ? newest : null;

    /// <summary>What the newest one deployed, or is deploying; null where ECS does not tell.</summary>
    public ServiceRevision? Deployed => Newest is { } newest ? RevisionOf(newest) : null;

    /// <summary>The revisions that were deployed with success, newest first.</summary>
    public IEnumerable<ServiceRevision> Succeeded => Deployments.Where(one => one.Status == "SUCCESSFUL").Select(RevisionOf).OfType<ServiceRevision>();

    /// <summary>
    /// The newest that was deployed with success before and is not the same as what was deployed last: another task definition,
    /// another digest under the same tag, or none that ECS knows. To deploy the same again would put nothing back.
    /// </summary>
    public FormerDeployment? Former => Deployed is null ? null : SucceededBefore.FirstOrDefault(one => one.Likeness != RevisionLikeness.Same);

    /// <summary>The newest of which ECS knows that it is another.</summary>
    public FormerDeployment? KnownFormer => Deployed is null ? null : SucceededBefore.FirstOrDefault(one => one.Likeness == RevisionLikeness.Another);

    /// <summary>
    /// What ran before the newest deployment: the newest that succeeded before it, also where it is the same. Null where there is
    /// none, or ECS does not tell its revision; one that is older still would be too far back.
    /// </summary>
    public FormerDeployment? BeforeNewest => Deployments.Skip(1).FirstOrDefault(one => one.Status == "SUCCESSFUL") is { } before ? AsFormer(before) : null;

    private IEnumerable<FormerDeployment> SucceededBefore => Deployments.Skip(1).Where(one => one.Status == "SUCCESSFUL").Select(AsFormer).OfType<FormerDeployment>();

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

    private FormerDeployment? AsFormer(ServiceDeploymentBrief deployment) => RevisionOf(deployment) is { } revision ? new(deployment.CreatedAt, revision, LikenessOf(revision)) : null;

    private RevisionLikeness LikenessOf(ServiceRevision one)
    {
        if (Deployed is not { } current || one.TaskDefinition != current.TaskDefinition)
            return RevisionLikeness.Another;
        var images = one.ContainerImages ?? [];
        var resolved = images.Where(image => image.ImageDigest is { Length: > 0 }).ToList();
        if (resolved.Exists(image => DigestOf(current, image.ContainerName) != image.ImageDigest))
            return RevisionLikeness.Another;
        var isKnown = resolved.Count > 0 || one.ServiceRevisionArn == current.ServiceRevisionArn || images.Any() && images.All(NamesDigest);
        return isKnown ? RevisionLikeness.Same : RevisionLikeness.Unknown;
    }

    private static bool NamesDigest(ContainerImage image) => image.Image is { } name && NamedImage.Parse(name).Digest is not null;
}

/// <summary>Whether a revision is what was deployed last.</summary>
internal enum RevisionLikeness
{
    /// <summary>It is.</summary>
    Same,

    /// <summary>It has another task definition, or another digest.</summary>
    Another,

    /// <summary>
    /// The task definition is the same, and ECS never resolved its tag to a digest: that is done when the first task of a deployment
    /// starts, and a worker at desired count 0 starts none.
    /// </summary>
    Unknown,
}

/// <summary>A deployment that succeeded before the newest one.</summary>
/// <param name="At">When it began.</param>
/// <param name="Revision">What it deployed.</param>
/// <param name="Likeness">Whether that is what was deployed last.</param>
internal sealed record FormerDeployment(DateTimeOffset? At, ServiceRevision Revision, RevisionLikeness Likeness);
