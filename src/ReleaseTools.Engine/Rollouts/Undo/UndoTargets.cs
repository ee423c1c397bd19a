using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Registries;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>Finds what a service is to be put back to by what somebody calls it: a task definition, a tag, a digest or its beginning.</summary>
internal sealed class UndoTargets(IImageRegistry registry)
{
    /// <summary>Whether a task definition is named. A tag has no colon, so it is told from one by its own: family:revision, or an ARN.</summary>
    public static bool IsTaskDefinition(string to) => !ImageReference.IsDigest(to) && !ShortDigest.Is(to) && to.Contains(':', StringComparison.Ordinal);

    public async Task<UndoTarget> FindAsync(string to, ObservedService observed, DeploymentHistory history, CancellationToken cancellationToken)
    {
        if (IsTaskDefinition(to))
            return new(to, history.Succeeded.FirstOrDefault(one => to == one.TaskDefinition || to == ServiceReader.ShortName(one.TaskDefinition)));

        var container = observed.Container?.Name;
        if (observed.Container?.Image is not { } image || !ImageReference.TryParse(image, out var reference, out _))
            throw UndoProblem.TargetNotFound(observed.Service, to, $"its task definition {observed.Service.TaskDefinition} names no repository for a tag or digest");
        var asked = ShortDigest.Is(to) ? await WholeAsync(to, observed, history, reference.Repository, cancellationToken) : to;
        var digest = (await registry.FindAsync(reference.Repository, asked, cancellationToken))?.Digest
            ?? throw UndoProblem.TargetNotFound(observed.Service, to, $"{reference.Repository} does not hold it");

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
            [] => throw UndoProblem.TargetNotFound(observed.Service, beginning, "no digest that ECS remembers the service to have run begins so; any other is given whole, sha256: and its 64 digits"),
            var several => throw UndoProblem.TargetNotFound(observed.Service, beginning, $"several digests begin so: {string.Join(", ", several)}"),
        };
    }
}
