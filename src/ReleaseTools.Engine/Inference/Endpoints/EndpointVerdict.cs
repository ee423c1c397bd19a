using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>What a look at an endpoint says about an update of it.</summary>
/// <param name="Status">How it ended; <see cref="EndpointUpdateStatus.InProgress"/> while it has not.</param>
/// <param name="Reason">Why, for people.</param>
internal sealed record EndpointVerdict(EndpointUpdateStatus Status, string Reason, string? NextCommand = null)
{
    /// <summary>
    /// Judges an update by one look. An update succeeded only by three proofs: InService, on our configuration, and
    /// our digest in the variants' DeployedImages. Reads are eventually consistent, so an InService on another
    /// configuration counts only once the update was seen under way, or after a grace.
    /// <code>
    /// EndpointStatus        configuration   digest  seen or late  verdict
    /// InService             ours            ours    –             Updated
    /// InService             ours            other   not late      InProgress: DeployedImages may lag
    /// InService             ours            other   late          Failed: it serves something else
    /// InService             the former      –       neither       InProgress: a read from before the update
    /// InService             the former      –       seen          RolledBack
    /// InService             the former      –       late alone    Failed: the update never began
    /// InService             another         –       neither       InProgress
    /// InService             another         –       either        Failed: somebody else's update
    /// as it was when the    –               –       neither       InProgress: a read from before the update
    /// update began
    /// Updating, on its way  –               –       –             Failed: somebody else's update
    /// to another
    /// Creating, Updating,   –               –       –             InProgress
    /// SystemUpdating,
    /// RollingBack, unknown
    /// UpdateRollbackFailed, –               –       –             Failed, with what to do
    /// Failed, OutOfService,
    /// Deleting
    /// </code>
    /// </summary>
    /// <param name="seen">The endpoint as described now.</param>
    /// <param name="expected">What the update is to lead to.</param>
    /// <param name="wasSeen">Whether an earlier look showed the update under way.</param>
    /// <param name="late">Whether so much time passed that reads can no longer lag.</param>
    public static EndpointVerdict Of(DescribeEndpointResponse seen, EndpointExpectation expected, bool wasSeen, bool late)
    {
        var name = expected.EndpointName;
        if (seen.EndpointStatus != "InService")
        {
            if (seen.EndpointStatus == expected.FormerStatus && !wasSeen && !late)
                return new(EndpointUpdateStatus.InProgress, "The update is not seen yet.");
            var state = EndpointState.Of(name, seen.EndpointStatus, seen.FailureReason);
            return state.Readiness == EndpointReadiness.Refuse
                ? new(EndpointUpdateStatus.Failed, $"The endpoint is {seen.EndpointStatus}. {state.Diagnosis}", state.NextCommand)
                : IsSomebodyElses(seen, expected)
                    ? new(EndpointUpdateStatus.Failed, $"Somebody else's update, to {seen.PendingDeploymentSummary!.EndpointConfigName}, took its place.")
                    : new(EndpointUpdateStatus.InProgress, $"The endpoint is {seen.EndpointStatus}.");
        }

        if (seen.EndpointConfigName == expected.ConfigName)
            return OnOurs(seen, expected, late);
        if (!wasSeen && !late)
            return new(EndpointUpdateStatus.InProgress, "The update is not seen yet.");
        if (seen.EndpointConfigName == expected.PreviousConfigName && !wasSeen)
            return new(EndpointUpdateStatus.Failed, $"The update never began: the endpoint is InService on {seen.EndpointConfigName} as before.");
        return seen.EndpointConfigName == expected.PreviousConfigName
            ? new(EndpointUpdateStatus.RolledBack, $"SageMaker put the configuration {seen.EndpointConfigName} back. {EndpointText.Reason(name, seen.FailureReason)}")
            : new(EndpointUpdateStatus.Failed, $"Somebody else's update took its place: the endpoint is InService on {seen.EndpointConfigName}.");
    }

    // A change of counts is a deployment too, of the configuration that the endpoint is on.
    private static bool IsSomebodyElses(DescribeEndpointResponse seen, EndpointExpectation expected) =>
        seen is { EndpointStatus: "Updating", PendingDeploymentSummary.EndpointConfigName: { } pending } && pending != expected.ConfigName && pending != seen.EndpointConfigName;

    private static EndpointVerdict OnOurs(DescribeEndpointResponse seen, EndpointExpectation expected, bool late)
    {
        foreach (var goal in expected.Goals)
        {
            if (goal.IsReached(seen, out var served))
                continue;
            return new(
                late ? EndpointUpdateStatus.Failed : EndpointUpdateStatus.InProgress,
                $"The endpoint is InService on {expected.ConfigName}, but its variant {goal.VariantName} serves {(served is null ? "no image of " + goal.Repository : Words.Digest(served))}.");
        }

        var digests = expected.Goals.Select(goal => Words.Digest(goal.Digest)).Distinct(StringComparer.Ordinal).ToList();
        return new(EndpointUpdateStatus.Updated, digests.Count == 0 ? $"It is InService on {expected.ConfigName}." : $"It is InService and serves {string.Join(", ", digests)}.");
    }
}

/// <summary>What an update is to lead to.</summary>
/// <param name="EndpointName">The endpoint.</param>
/// <param name="ConfigName">The configuration that it is to be on.</param>
/// <param name="PreviousConfigName">The one before; null where there was none, or it is not known.</param>
/// <param name="Goals">The images that its variants are to serve; none where these are not known by digest.</param>
internal sealed record EndpointExpectation(string EndpointName, string ConfigName, string? PreviousConfigName, IReadOnlyList<ImageGoal> Goals)
{
    /// <summary>Its status when the update began, where that was not InService.</summary>
    public string? FormerStatus { get; init; }
}
