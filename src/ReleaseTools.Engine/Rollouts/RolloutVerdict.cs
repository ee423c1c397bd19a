using System.Text.RegularExpressions;
using ReleaseTools.Engine.Aws.Ecs;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>What a look at a service says about one deployment of it.</summary>
internal enum RolloutOutcome
{
    /// <summary>It has not ended.</summary>
    Going,

    /// <summary>ECS says it completed; what runs is to be proven.</summary>
    Completed,

    /// <summary>It failed.</summary>
    Failed,

    /// <summary>It failed, and ECS puts the former deployment's tasks back, or has done so: the reason says which.</summary>
    RolledBack,

    /// <summary>Another deployment took its place.</summary>
    Superseded,
}

/// <summary>
/// Judges one deployment by one look at its service. It asks what became of <i>this</i> deployment, never whether the
/// service is stable: a service that was rolled back is stable too.
/// <code>
/// service   our deployment        the PRIMARY        else                              verdict
/// gone, or not ACTIVE             –                  –                                 Failed: it is being deleted
/// ACTIVE    PRIMARY, COMPLETED    ours               –                                 Completed
/// ACTIVE    PRIMARY, no state     ours               alone, running = desired          Completed (ECS tells no state for some services)
/// ACTIVE    FAILED                another            the service never rolls back,     Failed
///                                                    and it does not say that it does
/// ACTIVE    FAILED                another, FAILED    –                                 Failed, and so did its rollback
/// ACTIVE    FAILED                another            –                                 RolledBack
/// ACTIVE    not PRIMARY, or gone  a new one          it, or an event, says that ours   RolledBack
///                                                    failed, or that it rolls back
///                                                    from no deployment but ours
/// ACTIVE    FAILED                ours, for a while  breaker or alarms with rollback   Going: the rollback is about to begin
/// ACTIVE    FAILED                ours               else                              Failed
/// ACTIVE    never seen            one from before    –                                 Going: a read from before UpdateService
/// ACTIVE    not PRIMARY, or gone  one from before    ours was seen                     Going: a stale read
/// ACTIVE    not PRIMARY, or gone  another            –                                 Superseded
/// ACTIVE    PRIMARY, IN_PROGRESS  ours               too many tasks stopped by fault   Failed, before ECS says so
/// ACTIVE    PRIMARY, IN_PROGRESS  ours               –                                 Going
/// </code>
/// Tasks that stop after COMPLETED are judged where the proof misses them (<see cref="OfStops"/>).
/// Too many are <see cref="RolloutOptions.MaximumFailedTask"/>, or one whose image cannot be pulled or whose resources
/// cannot be set up, as that will not get better. Where a breaker counts along (failedTasks above zero; a crash after
/// RUNNING is not counted) it is given the chance to act first, so that its rollback is seen as one: too many are then
/// its threshold and as many again on top. (Amazon ECS developer guide, "How the deployment circuit breaker detects failures".)
/// </summary>
internal sealed partial record RolloutVerdict(RolloutOutcome Outcome, string Reason = "")
{
    // ECS starts the rollback in the same step that fails the deployment; reads may show one before the other.
    internal static readonly TimeSpan RollbackGrace = TimeSpan.FromSeconds(15);

    /// <summary>What is said of a deployment that failed and that nobody has stopped.</summary>
    internal const string GoesOnTrying = " ECS goes on trying: the service has no circuit breaker.";

    /// <summary>The same, where there is one: it counts no crash after a task came to run.</summary>
    internal const string GoesOnDespiteBreaker = " ECS goes on trying: the circuit breaker has not ended it.";

    /// <summary>What the reason says of a rollback that goes on, which holds until that ends; empty where none goes on.</summary>
    public string SaidOfRollback { get; init; } = "";

    /// <summary>Whether an event says that a deployment failed: "(service web) (deployment ecs-svc/…) deployment failed: tasks failed to start."</summary>
    public static bool SaysFailed(string? message) => message?.Contains("deployment failed", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Whether an event says that a deployment completed: "(service web) (deployment ecs-svc/…) deployment completed."</summary>
    public static bool SaysCompleted(string? message, string deploymentId) =>
        message?.Contains($"(deployment {deploymentId}) deployment completed", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Judges.</summary>
    public static RolloutVerdict Of(RolloutObservation seen)
    {
        if (seen.Service is not { Status: "ACTIVE" } service)
            return new(RolloutOutcome.Failed, $"The service is {seen.Service?.Status ?? "gone"}: somebody deleted it.");

        var deployments = service.Deployments ?? [];
        var ours = deployments.FirstOrDefault(deployment => deployment.Id == seen.DeploymentId);
        var primary = deployments.FirstOrDefault(deployment => deployment.Status == "PRIMARY");
        return ours is { Status: "PRIMARY" } ? OfPrimary(seen, service, ours) : OfReplaced(seen, service, ours, primary);
    }

    /// <summary>
    /// Judges a deployment that completed, and whose tasks are missing, by those that stopped by its fault since then: a crash after
    /// COMPLETED changes no state, and no breaker looks any more. No stop is hopeless, as its tasks have come to run before.
    /// </summary>
    public static RolloutVerdict OfStops(RolloutObservation seen)
    {
        var faults = Faults(seen);
        return seen.Service is { } service && faults.Count > 0 && faults.Count >= seen.MaximumFailedTask
            ? TooMany(service, faults, " since it completed")
            : new(RolloutOutcome.Going);
    }

    private static RolloutVerdict OfPrimary(RolloutObservation seen, EcsService service, Deployment ours) => ours.RolloutState switch
    {
        "COMPLETED" or null or "" when HasCompleted(service, ours) => new(RolloutOutcome.Completed),
        "FAILED" when RollsBack(service) && seen.FailedFor < RollbackGrace => new(RolloutOutcome.Going, "It failed; ECS is about to roll it back."),
        "FAILED" => new(RolloutOutcome.Failed, $"The deployment failed. {Why(seen, ours)}".TrimEnd()),
        _ => OfTasks(seen, service, ours),
    };

    private static RolloutVerdict OfReplaced(RolloutObservation seen, EcsService service, Deployment? ours, Deployment? primary)
    {
        var failed = ours?.RolloutState == "FAILED" || seen.FailedFor > TimeSpan.Zero || SaidToFail(seen.DeploymentId, service);
        if (primary is not null && failed && !IsRollback(primary) && NeverRollsBack(service))
            return new(RolloutOutcome.Failed, $"The deployment failed; since then {primary.Id} of {ServiceReader.ShortName(primary.TaskDefinition)} took its place. {Why(seen, ours)}".TrimEnd());
        var isFormer = primary is null || seen.FormerDeployments.Contains(primary.Id ?? "", StringComparer.Ordinal);
        if (primary is not null && (failed || (IsRollback(primary) && !isFormer && !AnotherFailed(seen, service))))
            return OfRollback(seen, service, primary, Why(seen, ours));
        if (primary is null || isFormer)
            return new(RolloutOutcome.Going, "The deployment is not seen yet.");
        return new(RolloutOutcome.Superseded, $"Another deployment, {primary.Id} of {ServiceReader.ShortName(primary.TaskDefinition)}, took its place.");
    }

    // For as long as a rollback goes on, its reason tells it from what somebody else deployed.
    private static RolloutVerdict OfRollback(RolloutObservation seen, EcsService service, Deployment primary, string why)
    {
        var what = ServiceReader.ShortName(primary.TaskDefinition);
        if (primary.RolloutState == "FAILED")
            return new(RolloutOutcome.Failed, $"The deployment failed, and so did {primary.Id} of {what}, which took its place. {why}".TrimEnd());
        if (HasCompleted(service, primary))
            return new(RolloutOutcome.RolledBack, $"{(IsRollback(primary) ? $"ECS put {what} back ({primary.Id})" : $"The deployment failed; {primary.Id} of {what} has completed in its place")}. {why}".TrimEnd());
        var goesOn = IsRollback(primary) ? $"ECS is putting {what} back ({primary.Id})" : $"The deployment failed, and {primary.Id} of {what} took its place";
        var said = $"{goesOn}, which has not completed yet. To wait for it: {seen.WaitCommand}.";
        return new(RolloutOutcome.RolledBack, $"{said} {why}".TrimEnd()) { SaidOfRollback = said };
    }

    // ECS tells no state for some services.
    private static bool HasCompleted(EcsService service, Deployment primary) =>
        primary.RolloutState == "COMPLETED" || (string.IsNullOrEmpty(primary.RolloutState) && service.Deployments!.Count == 1 && primary.RunningCount == primary.DesiredCount);

    private static RolloutVerdict OfTasks(RolloutObservation seen, EcsService service, Deployment ours)
    {
        var faults = Faults(seen);
        if (faults.Count == 0)
            return new(RolloutOutcome.Going);

        // A look at the tasks may be newer than the one at the counts.
        var breakerCounts = Breaker(service) is { Enable: true } && (ours.FailedTasks > 0 || faults.Exists(task => task.Task.StopCode == "TaskFailedToStart"));
        var limit = breakerCounts ? BreakerThreshold(service, ours.DesiredCount) + seen.MaximumFailedTask : seen.MaximumFailedTask;
        var hopeless = !breakerCounts && faults.Exists(task => task.IsHopeless);
        return hopeless || faults.Count >= limit ? TooMany(service, faults) : new(RolloutOutcome.Going);
    }

    private static List<TaskStop> Faults(RolloutObservation seen) => seen.StoppedTasks.Where(task => task.IsFault).ToList();

    private static RolloutVerdict TooMany(EcsService service, List<TaskStop> faults, string since = "")
    {
        var goesOn = Breaker(service) is { Enable: true } ? GoesOnDespiteBreaker : GoesOnTrying;
        return new(RolloutOutcome.Failed, $"{Count(faults.Count)} of the deployment stopped by its fault{since}. {faults[^1].Sentence}{goesOn}");
    }

    // Half of the desired count, at least 3 and at most 200, where it is not set. (ThresholdConfiguration, API reference.)
    private static int BreakerThreshold(EcsService service, int desired)
    {
        var set = Breaker(service)?.ThresholdConfiguration ?? new("BOUNDED_PERCENT", 50);
        var percent = (int)(((long)desired * set.Value + 99) / 100);
        return set.Type switch { "COUNT" => set.Value, "UNBOUNDED_PERCENT" => Math.Max(percent, 1), _ => Math.Clamp(percent, 3, 200) };
    }

    private static DeploymentCircuitBreaker? Breaker(EcsService service) => service.DeploymentConfiguration?.DeploymentCircuitBreaker;

    // "ECS deployment circuit breaker: rolling back to deploymentId: ecs-svc/…" is the reason of the new PRIMARY.
    internal static bool IsRollback(Deployment? primary) => primary?.RolloutStateReason?.Contains("rolling back", StringComparison.OrdinalIgnoreCase) == true;

    private static bool RollsBack(EcsService service) => Breaker(service) is { Rollback: true } || service.DeploymentConfiguration?.Alarms is { Enable: true, Rollback: true };

    // What rolls back else, such as an alarm or StopServiceDeployment, says so where it is not known here.
    private static bool NeverRollsBack(EcsService service) =>
        Breaker(service) is { Rollback: false } && service.DeploymentConfiguration?.Alarms?.Rollback is not true;

    private static bool SaidToFail(string deploymentId, EcsService service) =>
        (service.Events ?? []).Any(said => SaysFailed(said.Message) && said.Message!.Contains(deploymentId, StringComparison.Ordinal));

    // A rollback may be that of a deployment which had taken our place between two looks.
    private static bool AnotherFailed(RolloutObservation seen, EcsService service) => (service.Events ?? []).Any(said =>
        FailedDeployment().Match(said.Message ?? "") is { Success: true } match && match.Groups["id"].Value is var id
        && id != seen.DeploymentId && !seen.FormerDeployments.Contains(id, StringComparer.Ordinal) && !seen.FormerEvents.Contains(said.Id ?? "", StringComparer.Ordinal));

    private static string Why(RolloutObservation seen, Deployment? ours)
    {
        var state = string.IsNullOrWhiteSpace(ours?.RolloutStateReason) ? "" : $"ECS says: {ours.RolloutStateReason.Trim()}";
        var task = seen.StoppedTasks.LastOrDefault(stopped => stopped.IsFault)?.Sentence ?? "";
        return $"{state} {task}".Trim();
    }

    [GeneratedRegex(@"deployment (?<id>ecs-svc/[0-9]+)\) deployment failed", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex FailedDeployment();

    private static string Count(int tasks) => tasks == 1 ? "1 task" : $"{tasks} tasks";
}

/// <summary>What is known of one deployment at one look.</summary>
internal sealed record RolloutObservation
{
    /// <summary>The deployment that UpdateService started.</summary>
    public required string DeploymentId { get; init; }

    /// <summary>The service as described now; null when DescribeServices no longer knows it.</summary>
    public required EcsService? Service { get; init; }

    /// <summary>The deployments there were before ours.</summary>
    public IReadOnlyCollection<string> FormerDeployments { get; init; } = [];

    /// <summary>The service events there were before ours.</summary>
    public IReadOnlyCollection<string> FormerEvents { get; init; } = [];

    /// <summary>The tasks of our deployment that stopped, oldest first.</summary>
    public IReadOnlyList<TaskStop> StoppedTasks { get; init; } = [];

    /// <summary>How to wait for whatever the service deploys, should our deployment be rolled back.</summary>
    public string WaitCommand { get; init; } = "";

    /// <summary>How long ago our deployment was first seen FAILED; zero when it was not.</summary>
    public TimeSpan FailedFor { get; init; }

    /// <summary>How many tasks may stop by the deployment's fault before it is given up.</summary>
    public int MaximumFailedTask { get; init; } = 3;
}
