using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>Finds the container that an undo is about, where no repository says so (<see cref="ContainerChoice"/>).</summary>
internal sealed class UndoneContainer(IImageRegistry registry, IReleaseObserver observer)
{
    /// <summary>The service with the container that the last deployment changed; as it is where that cannot be told.</summary>
    public async Task<ObservedService> OfChangeAsync(ObservedService observed, ServiceRevision? deployed, ServiceRevision former, CancellationToken cancellationToken)
    {
        if (!ContainerChoice.IsOpen(observed) || await new ContainerChoice(registry).ChangedAsync(observed, deployed, former, cancellationToken) is not [var first, ..] changed)
            return observed;
        if (changed.Count > 1)
        {
            observer.Report(new Warned(observed.Service.Service, $"Its last deployment changed more than one image. What container {first.Name} runs is put back and proven; "
                + $"the tags of {string.Join(", ", changed.Skip(1).Select(one => one.Image))} stay where they are."));
        }

        return observed with { Container = first };
    }

    /// <summary>The service with the container that a tag, a digest or its beginning is meant for.</summary>
    /// <exception cref="ReleaseException">Several may be meant.</exception>
    public async Task<ObservedService> OfTargetAsync(string to, ObservedService observed, DeploymentHistory history, CancellationToken cancellationToken)
    {
        if (UndoTargets.IsTaskDefinition(to) || !ContainerChoice.IsOpen(observed))
            return observed;
        IReadOnlyList<ContainerDefinition> meant = ShortDigest.Is(to)
            ? [.. (observed.TaskDefinition!.ContainerDefinitions ?? []).Where(one => ShortDigest.Whole(to, history.Revisions.Values.Select(revision => DeploymentHistory.DigestOf(revision, one.Name))).Count > 0)]
            : await new ContainerChoice(registry).HoldingAsync(observed, to, cancellationToken);
        return meant switch
        {
            [var one] => observed with { Container = one },
            [] => observed,
            _ => throw UndoProblem.TargetNotFound(observed.Service, to, $"several of its images may be meant, {string.Join(" and ", meant.Select(one => one.Image))}; name the service as release.json does, without -Cluster"),
        };
    }
}
