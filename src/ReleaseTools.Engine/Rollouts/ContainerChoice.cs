using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Finds the containers that are meant where no repository says which, as of a service that is known by name and cluster alone:
/// its first essential one may be a sidecar's.
/// <code>
/// known                   are meant
/// a tag or digest         those in whose repository it is
/// what ran before, and    those whose image or digest differ, else those whose tag names another digest than ran
/// what was deployed
/// </code>
/// A repository that cannot be read holds nothing as far as can be told; a sidecar's may be anybody's.
/// </summary>
internal sealed class ContainerChoice(IImageRegistry registry)
{
    /// <summary>Whether there is anything to choose.</summary>
    public static bool IsOpen(ObservedService observed) => observed.Service.Repository is null && Named(observed.TaskDefinition).Count > 1;

    /// <summary>The containers whose repository holds a tag or digest, essential ones first.</summary>
    public async Task<IReadOnlyList<ContainerDefinition>> HoldingAsync(ObservedService observed, string tagOrDigest, CancellationToken cancellationToken)
    {
        var holding = new List<ContainerDefinition>();
        foreach (var container in Named(observed.TaskDefinition))
        {
            if (await FindAsync(NamedImage.Parse(container.Image!).Repository, tagOrDigest, cancellationToken) is not null)
                holding.Add(container);
        }

        return holding;
    }

    /// <summary>The service with the container in whose repository the digest is; as it is where none holds it.</summary>
    public async Task<ObservedService> WithDigestAsync(ObservedService observed, string digest, CancellationToken cancellationToken) =>
        IsOpen(observed) && await HoldingAsync(observed, digest, cancellationToken) is [var container, ..] ? observed with { Container = container } : observed;

    /// <summary>The containers that a deployment changed, by what it deployed and what ran before, essential ones first.</summary>
    public async Task<IReadOnlyList<ContainerDefinition>> ChangedAsync(ObservedService observed, ServiceRevision? deployed, ServiceRevision former, CancellationToken cancellationToken)
    {
        var changed = Named(observed.TaskDefinition).Where(one => Differs(one.Name, deployed, former)).ToList();
        if (changed.Count > 0)
            return changed;
        foreach (var container in Named(observed.TaskDefinition))
        {
            var named = NamedImage.Parse(container.Image!);
            if (named.Digest is null && DeploymentHistory.DigestOf(former, container.Name) is { } ran
                && await FindAsync(named.Repository, named.EffectiveTag, cancellationToken) is { } there && !await IsAsync(named.Repository, there.Digest, ran, cancellationToken))
                changed.Add(container);
        }

        return changed;
    }

    // A digest that ECS never resolved tells nothing.
    private static bool Differs(string? container, ServiceRevision? deployed, ServiceRevision former)
    {
        var (now, then) = (Image(deployed), Image(former));
        return now is not null && then is not null
            && (now.Image != then.Image || now.ImageDigest is { Length: > 0 } && then.ImageDigest is { Length: > 0 } && now.ImageDigest != then.ImageDigest);

        ContainerImage? Image(ServiceRevision? revision) => revision?.ContainerImages?.FirstOrDefault(one => one.ContainerName == container);
    }

    // A task may tell the digest of a platform's manifest, which an index lists.
    private async Task<bool> IsAsync(string repository, string there, string ran, CancellationToken cancellationToken)
    {
        try
        {
            return there == ran || (await registry.ManifestDigestsAsync(repository, there, cancellationToken)).Contains(ran, StringComparer.Ordinal);
        }
        catch (ReleaseException)
        {
            return true;
        }
    }

    private async Task<RegistryImage?> FindAsync(string repository, string tagOrDigest, CancellationToken cancellationToken)
    {
        try
        {
            return await registry.FindAsync(repository, tagOrDigest, cancellationToken);
        }
        catch (ReleaseException)
        {
            return null;
        }
    }

    private static List<ContainerDefinition> Named(TaskDefinition? definition) =>
        [.. (definition?.ContainerDefinitions ?? []).Where(one => one.Image is { } image && ImageReference.TryParse(image, out _, out _)).OrderBy(one => one.Essential == false)];
}
