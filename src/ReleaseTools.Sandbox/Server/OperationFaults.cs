namespace ReleaseTools.Sandbox.Server;

/// <summary>The faults scripted for calls (as opposed to things): which one hits a call, and how AWS words it.</summary>
internal sealed record OperationFaults
{
    /// <summary>How late the answer is; by the wall clock, since it is a client that waits.</summary>
    public TimeSpan Delay { get; private init; }

    /// <summary>What else goes wrong with the call; null when nothing does.</summary>
    public SandboxFault? Fault { get; private init; }

    /// <summary>The connection ends without an answer, before the operation is carried out.</summary>
    public bool DropsConnection => Fault?.Kind is SandboxFaultKind.DropConnection;

    /// <summary>The operation is carried out, and the answer never leaves.</summary>
    public bool DropsAnswer => Fault?.Kind is SandboxFaultKind.DropAnswer;

    /// <summary>Takes the faults for a call: a delay, and one other.</summary>
    public static OperationFaults Take(SandboxFaults faults, CallBuckets buckets, string service, string operation, string? target)
    {
        return new OperationFaults
        {
            Delay = faults.Take(fault => fault.Kind is SandboxFaultKind.Delay && Fits(fault))?.Delay ?? TimeSpan.Zero,
            Fault = faults.Take(fault => OfCalls(fault.Kind) && Fits(fault) && (fault.CallsPerSecond is not { } rate || !buckets.Take(service, operation, rate, fault.Burst ?? rate))),
        };

        bool Fits(SandboxFault fault) =>
            (fault.Service is null || string.Equals(fault.Service, service, StringComparison.OrdinalIgnoreCase))
            && (fault.Operation is null || string.Equals(fault.Operation, operation, StringComparison.OrdinalIgnoreCase))
            && (fault.Target is null || string.Equals(fault.Target, target, StringComparison.Ordinal));
    }

    /// <summary>The answer that stands in for the operation's; null when the operation is to be carried out.</summary>
    /// <param name="service">The service asked: each has its own words.</param>
    public AwsError? AnswerInstead(string service) => Fault?.Kind switch
    {
        // The query protocol's codes: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html
        SandboxFaultKind.Throttle when service is "sts" => new("Throttling", Fault.Reason ?? "Rate exceeded", 400),
        SandboxFaultKind.ExpiredToken when service is "sts" => new("ExpiredToken", Fault.Reason ?? "The security token included in the request is expired", 403),
        SandboxFaultKind.AccessDenied when service is "sts" => new("AccessDenied", Fault.Reason ?? "User is not authorized to perform this operation", 403),
        SandboxFaultKind.Throttle => new("ThrottlingException", Fault.Reason ?? "Rate exceeded", 400),
        SandboxFaultKind.ServerError => new(
            ServerErrorCode(service, Fault.StatusCode),
            Fault.Reason ?? "The request processing has failed because of an unknown error, exception or failure.",
            Fault.StatusCode) { HasBody = Fault.Reason is not "" },
        SandboxFaultKind.ExpiredToken => new("ExpiredTokenException", Fault.Reason ?? "The security token included in the request is expired", 400),
        SandboxFaultKind.AccessDenied => new("AccessDeniedException", Fault.Reason ?? "User is not authorized to perform this operation", 400),
        _ => null,
    };

    // As the services' models name the shape of their own failures; the rest answer with the common one.
    private static string ServerErrorCode(string service, int status) => (service, status) switch
    {
        ("sts", 503) => "ServiceUnavailable",
        (_, 503) => "ServiceUnavailableException",
        ("ecs" or "ecr", _) => "ServerException",
        ("ssm", _) => "InternalServerError",
        _ => "InternalFailure",
    };

    private static bool OfCalls(SandboxFaultKind kind) => kind
        is SandboxFaultKind.Throttle
        or SandboxFaultKind.ServerError
        or SandboxFaultKind.DropConnection
        or SandboxFaultKind.DropAnswer
        or SandboxFaultKind.ExpiredToken
        or SandboxFaultKind.AccessDenied;
}
