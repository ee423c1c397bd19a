using System.Collections.Immutable;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>How long an endpoint stays in each status that ends by itself; the defaults are those of a small real endpoint.</summary>
internal sealed record EndpointDurations
{
    /// <summary>Creating, until InService or Failed.</summary>
    public TimeSpan Creating { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Updating, until InService, RollingBack or Failed.</summary>
    public TimeSpan Updating { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>RollingBack, until InService.</summary>
    public TimeSpan RollingBack { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>SystemUpdating, until InService.</summary>
    public TimeSpan SystemUpdating { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>Deleting, until gone.</summary>
    public TimeSpan Deleting { get; init; } = TimeSpan.FromMinutes(1);
}

/// <summary>
/// The life of an endpoint. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
/// <code>
/// status                what is served   by itself, in time                                   UpdateEndpoint  DeleteEndpoint
/// Creating              nothing          InService | Failed                                   refused         refused
/// InService             Current          –                                                    Updating        Deleting
/// Updating              Current          InService (new) | RollingBack | Failed               refused         refused
/// RollingBack           Current          InService (old) | UpdateRollbackFailed               refused         refused
/// SystemUpdating        Current          InService                                            refused         refused
/// UpdateRollbackFailed  a mix            –                                                    Updating        Deleting
/// OutOfService          nothing          –                                                    Updating        Deleting
/// Failed                nothing          –                                                    refused         Deleting
/// Deleting              nothing          gone                                                 refused         refused
/// </code>
/// A change happens at the moment it was due, not when somebody looked: so the next one is counted from there.
/// </summary>
internal static class EndpointMachine
{
    /// <summary>Every status that AWS documents.</summary>
    public static ImmutableArray<string> Statuses { get; } =
        ["Creating", "InService", "Updating", "RollingBack", "SystemUpdating", "UpdateRollbackFailed", "OutOfService", "Failed", "Deleting"];

    /// <summary>Whether UpdateEndpoint may be called.</summary>
    public static bool CanUpdate(Endpoint endpoint) => endpoint.Status is "InService" or "UpdateRollbackFailed" or "OutOfService";

    /// <summary>Whether DeleteEndpoint may be called.</summary>
    public static bool CanDelete(Endpoint endpoint) => CanUpdate(endpoint) || endpoint.Status == "Failed";

    /// <summary>Begins the deployment of a configuration: the endpoint's first, or an update.</summary>
    public static Endpoint Deploy(Endpoint endpoint, Deployment deployment, DeploymentEnd ending, DateTimeOffset now, EndpointDurations durations) =>
        Enter(endpoint with { Pending = deployment, Ending = ending, FailureReason = null }, endpoint.Current is null ? "Creating" : "Updating", now, durations);

    /// <summary>Begins its deletion.</summary>
    public static Endpoint Delete(Endpoint endpoint, DateTimeOffset now, EndpointDurations durations) =>
        Enter(endpoint, "Deleting", now, durations);

    /// <summary>Puts it into a status, whatever it was in: how a test or a fault brings about what has no operation.</summary>
    public static Endpoint Force(Endpoint endpoint, string status, string? reason, DateTimeOffset now, EndpointDurations durations) =>
        Enter(endpoint with { FailureReason = reason }, status, now, durations);

    /// <summary>Ends a deployment by going back to what is served.</summary>
    public static Endpoint RollBack(Endpoint endpoint, DateTimeOffset now, EndpointDurations durations) =>
        Enter(endpoint with { Ending = new DeploymentEnd(DeploymentEndKind.RollsBack) }, "RollingBack", now, durations);

    /// <summary>Brings it to this moment; null when it is gone.</summary>
    public static Endpoint? Advance(Endpoint endpoint, DateTimeOffset now, EndpointDurations durations)
    {
        var current = endpoint;
        while (current?.ChangesAt is { } at && at <= now)
            current = Next(current, at, durations);
        return current;
    }

    private static Endpoint? Next(Endpoint endpoint, DateTimeOffset at, EndpointDurations durations) => (endpoint.Status, endpoint.Ending?.Kind) switch
    {
        ("Creating" or "Updating", null or DeploymentEndKind.Succeeds) =>
            Enter(Settle(endpoint) with { Current = endpoint.Pending ?? endpoint.Current, FailureReason = null }, "InService", at, durations),
        ("Creating", _) => Enter(endpoint with { FailureReason = endpoint.Ending!.Reason }, "Failed", at, durations),
        ("Updating", DeploymentEndKind.Fails) => Enter(endpoint with { FailureReason = endpoint.Ending!.Reason }, "Failed", at, durations),
        ("Updating", _) => Enter(endpoint with { FailureReason = endpoint.Ending!.Reason }, "RollingBack", at, durations),
        ("RollingBack", DeploymentEndKind.RollbackFails) => Enter(Settle(endpoint), "UpdateRollbackFailed", at, durations),
        ("RollingBack", _) => Enter(Settle(endpoint), "InService", at, durations),
        ("SystemUpdating", _) => Enter(endpoint, "InService", at, durations),
        ("Deleting", _) => null,
        _ => endpoint with { ChangesAt = null },
    };

    private static Endpoint Settle(Endpoint endpoint) => endpoint with { Pending = null, Ending = null };

    private static Endpoint Enter(Endpoint endpoint, string status, DateTimeOffset at, EndpointDurations durations)
    {
        TimeSpan? stay = status switch
        {
            "Creating" => durations.Creating,
            "Updating" => durations.Updating,
            "RollingBack" => durations.RollingBack,
            "SystemUpdating" => durations.SystemUpdating,
            "Deleting" => durations.Deleting,
            _ => null,
        };
        return endpoint with { Status = status, LastModifiedTime = at, ChangesAt = at + stay };
    }
}
