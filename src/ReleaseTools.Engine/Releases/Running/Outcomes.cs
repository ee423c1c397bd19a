using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Releases.Running;

/// <summary>What became of builds, updates and rollouts, told apart into good and bad; a bad one has an error that says what to type next.</summary>
public static class Outcomes
{
    /// <summary>The error of a CodeBuild build that did not succeed; null for one that did, or still runs.</summary>
    public static ReleaseException? ErrorOf(InferenceBuild build) =>
        build.Status is InferenceBuildStatus.Failed or InferenceBuildStatus.Fault or InferenceBuildStatus.TimedOut or InferenceBuildStatus.Stopped or InferenceBuildStatus.Unknown
            ? build.LogGroup is null || build.LogStream is null
                ? ReleaseException.For(
                    nameof(Messages.InferenceBuildFailedBeforeLog), KindOf(build.Status == InferenceBuildStatus.TimedOut), build.Name,
                    build.Name, build.Status, build.Reason, build.BuildId)
                : ReleaseException.For(
                    nameof(Messages.InferenceBuildFailed), KindOf(build.Status == InferenceBuildStatus.TimedOut), build.Name,
                    build.Name, build.Status, build.Reason, build.LogGroup, build.LogStream, Lines(build.LogLines))
            : null;

    /// <summary>The error of an endpoint's update that did not succeed; null for one that did, or still runs.</summary>
    public static ReleaseException? ErrorOf(EndpointUpdate update)
    {
        var id = update.Status switch
        {
            EndpointUpdateStatus.TimedOut => nameof(Messages.EndpointUpdateNotOver),
            EndpointUpdateStatus.Failed or EndpointUpdateStatus.RolledBack => update.NextCommand is null ? nameof(Messages.EndpointUpdateFailed) : nameof(Messages.EndpointNotUsable),
            _ => null,
        };
        var lastWords = update.LogLines.Count == 0 ? "" : $"{Environment.NewLine}The last lines of its log:{Lines(update.LogLines)}";
        return id is null
            ? null
            : ReleaseException.For(
                id, KindOf(update.Status == EndpointUpdateStatus.TimedOut), update.EndpointName,
                update.EndpointName, update.Status, RolloutText.Without(update.Reason, EndpointText.GoesOn(update.EndpointName)) + lastWords,
                update.NextCommand ?? (update.ImageUri is null ? "" : $": Update-SageMakerEndpoint {update.EndpointName} -ImageUri {update.ImageUri}"),
                EndpointText.Wait(update.EndpointName));
    }

    /// <summary>The error of an endpoint that was to be put back; null where it was, or still is being.</summary>
    public static ReleaseException? ErrorOfRestore(EndpointUpdate update) => update.Status switch
    {
        EndpointUpdateStatus.TimedOut => ErrorOf(update),
        EndpointUpdateStatus.Failed or EndpointUpdateStatus.RolledBack => ReleaseException.For(
            nameof(Messages.EndpointRestoreFailed), ErrorKind.Failed, update.EndpointName,
            update.EndpointName, update.Status, update.Reason, update.EndpointConfigName, update.NextCommand ?? EndpointText.Test(update.EndpointName)),
        _ => null,
    };

    /// <summary>The error of a rollout that did not succeed; null for one that did, or still runs.</summary>
    /// <remarks><see cref="RolloutStatus.Deployed"/> proves nothing and is shown as such, but is no failure: a worker at zero tasks is deployed.</remarks>
    public static ReleaseException? ErrorOf(ServiceRollout rollout) => ErrorOf(rollout, nameof(Messages.RolloutFailed));

    /// <summary>The error of a service that was to be put back; null where it was, or still is being.</summary>
    public static ReleaseException? ErrorOfRestore(ServiceRollout rollout) => ErrorOf(rollout, nameof(Messages.RestoreFailed));

    private static ReleaseException? ErrorOf(ServiceRollout rollout, string failed)
    {
        var id = rollout.Status switch
        {
            RolloutStatus.Verified or RolloutStatus.Deployed or RolloutStatus.InProgress or RolloutStatus.Planned => null,
            RolloutStatus.TimedOut or RolloutStatus.Stalled => nameof(Messages.RolloutNotOver),
            RolloutStatus.Superseded => nameof(Messages.RolloutSuperseded),
            _ => failed,
        };
        if (id is null)
            return null;

        // What to type next is the error's own advice, and is not said twice.
        var reason = RolloutText.Without(rollout.Reason, RolloutText.GoesOn(rollout)) + RolloutText.LastWords(rollout);
        return ReleaseException.For(
            id, KindOf(rollout.Status is RolloutStatus.TimedOut or RolloutStatus.Stalled), rollout.Service,
            rollout.Service, RolloutText.Ended(rollout.Status), reason, rollout.Cluster, RolloutText.Wait(rollout), RolloutText.Undo(rollout));
    }

    private static string Lines(IReadOnlyList<string> log) => string.Concat(log.Select(line => $"{Environment.NewLine}  {line}"));

    private static ErrorKind KindOf(bool timedOut) => timedOut ? ErrorKind.Timeout : ErrorKind.Failed;
}
