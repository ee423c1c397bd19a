using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Tasks;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>What would be rolled out to a service, or why it cannot be; made by reads alone.</summary>
public sealed record RolloutPlan
{
    /// <summary>The service as it runs now.</summary>
    public required ReleaseService Service { get; init; }

    /// <summary>The image that should run; null to deploy again what the task definition names.</summary>
    public EcrImage? Image { get; init; }

    /// <summary>Why it cannot be rolled out; null when it can.</summary>
    public ReleaseException? Problem { get; init; }

    /// <summary>The desired count that the deployment sets; null to leave it as it is.</summary>
    public int? DesiredCount { get; init; }

    /// <summary>The deployment that is under way and deploys just this, so that it is joined; null where one is started.</summary>
    public string? Joins => DesiredCount is null || DesiredCount == Service.DesiredCount ? UnderWay : null;

    /// <summary>The deployment that is under way and deploys this image.</summary>
    internal string? UnderWay { get; init; }

    /// <summary>The task that is run before the deployment; null where there is none. What is joined had its own.</summary>
    internal ReleaseTaskPlan? FirstRuns => Joins is null ? BeforeRollout : null;

    /// <summary>The task that the definition has run before a deployment of this image.</summary>
    internal ReleaseTaskPlan? BeforeRollout { get; init; }

    /// <summary>Whether a revision is registered that names the digest: asked for, and the task definition does not name it or is to be copied.</summary>
    internal bool PinsDigest =>
        Service.PinDigest && Image is not null && Container?.Image is { } name && (CopiesDefinition || Image.Digest is null || NamedImage.Parse(name).Digest != Image.Digest);

    /// <summary>The container that runs the image.</summary>
    internal ContainerDefinition? Container { get; init; }

    /// <summary>The containers that run it: that one, and those whose image is replaced with it.</summary>
    internal IReadOnlyList<string> ContainersOfImage => Container is not { Name: { } first, Image: var image }
        ? []
        : [first, .. (Definition?.ContainerDefinitions ?? []).Where(one => one.Name != first && SameImage.IsReplacedWith(one.Image, image, PinsDigest)).Select(one => one.Name).OfType<string>()];

    /// <summary>The service's task definition.</summary>
    internal TaskDefinition? Definition { get; init; }

    /// <summary>The service as ECS described it.</summary>
    internal EcsService? Seen { get; init; }

    /// <summary>The tag that the task definition names, where it has to be on the pushed digest before the deployment.</summary>
    internal string? TagToMove { get; init; }

    /// <summary>The repository and tag that the service's tasks start from, whether or not the tag has to be moved; null where a digest is named.</summary>
    internal (string Repository, string Tag)? NamedTag => !PinsDigest && Container?.Image is { } name && NamedImage.Parse(name) is { Digest: null } named
        ? (Image?.Repository ?? named.Repository, named.EffectiveTag)
        : null;

    /// <summary>What the tag names before the rollout; what it goes back to when the rollout is undone.</summary>
    internal string? FormerDigest { get; init; }

    /// <summary>Whether the task definition to deploy is inactive, so that a copy of it has to be registered.</summary>
    internal bool CopiesDefinition { get; init; }

    /// <summary>Another task definition than the service's to deploy; null for that.</summary>
    internal string? TaskDefinitionToDeploy { get; init; }

    /// <summary>The digests that prove the image: its own, and those its index lists.</summary>
    internal IReadOnlyCollection<string> AcceptedDigests { get; init; } = [];

    /// <summary>The record that says what would be done.</summary>
    public ServiceRollout ToRollout() => new()
    {
        Service = Service.Service,
        Cluster = Service.Cluster,
        Status = Problem is null ? RolloutStatus.Planned : RolloutStatus.Failed,
        TaskDefinition = Service.TaskDefinition,
        Digest = Image?.Digest,
        ImageUri = Image?.ImageUri,
        RunningDigests = Service.RunningDigests,
        DesiredCount = DesiredCount ?? Service.DesiredCount,
        RunningCount = Service.RunningCount,
        Reason = Problem?.Message ?? Reason(),
    };

    private string Reason()
    {
        var first = FirstRuns is null ? "" : $"Runs {TaskText.Of(FirstRuns.Command)} first. ";
        var count = DesiredCount is { } wanted && wanted != Service.DesiredCount ? $" The desired count {Service.DesiredCount} becomes {wanted}." : "";
        return first + What() + count;
    }

    private string What()
    {
        if (Image is null)
            return "Deploys again what the task definition names.";
        if (Joins is not null)
            return $"Joins {Joins}, which deploys {Words.Digest(Image.Digest!)} already.";
        if (PinsDigest)
            return $"Registers a revision of {Service.TaskDefinition} that names {(Image.Digest is null ? $"the digest of the tag {Image.Tag}" : Words.Digest(Image.Digest))}, and deploys it.";
        var moves = TagToMove is null ? "" : $", once the tag {TagToMove} is on it";
        var what = Image.Digest is null ? $"the tag {Image.Tag}" : Words.Digest(Image.Digest);
        return $"Deploys {what}{moves}.";
    }
}
