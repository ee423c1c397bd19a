namespace ReleaseTools.Sandbox;

/// <summary>What goes wrong.</summary>
public enum SandboxFaultKind
{
    /// <summary>The call is answered with ThrottlingException.</summary>
    Throttle,

    /// <summary>The call is answered with a 5xx.</summary>
    ServerError,

    /// <summary>The connection is dropped without an answer, before the operation is carried out.</summary>
    DropConnection,

    /// <summary>The operation is carried out, then the connection is dropped without an answer.</summary>
    DropAnswer,

    /// <summary>The answer is late by <see cref="SandboxFault.Delay"/> of wall-clock time.</summary>
    Delay,

    /// <summary>The call is answered with ExpiredTokenException.</summary>
    ExpiredToken,

    /// <summary>The call is answered with AccessDeniedException.</summary>
    AccessDenied,

    /// <summary>ECS: tasks of the service named crash <see cref="SandboxFault.Delay"/> after they run, with <see cref="SandboxFault.ExitCode"/>.</summary>
    TaskCrash,

    /// <summary>ECS: tasks of the service named cannot pull their image.</summary>
    CannotPull,

    /// <summary>SageMaker: the next update of the endpoint named rolls back.</summary>
    EndpointRollback,

    /// <summary>SageMaker: the next update of the endpoint named ends in Failed.</summary>
    EndpointFailure,

    /// <summary>CodeBuild: the next build of the project named fails in <see cref="SandboxFault.Phase"/>.</summary>
    BuildFailure,
}

/// <summary>Something scripted to go wrong: for an operation (Throttle … AccessDenied) or for a thing (TaskCrash …).</summary>
public sealed record SandboxFault
{
    /// <summary>What goes wrong.</summary>
    public required SandboxFaultKind Kind { get; init; }

    /// <summary>The service, such as <c>ecs</c> or <c>registry</c>; any when null.</summary>
    public string? Service { get; init; }

    /// <summary>The operation, such as <c>UpdateService</c>; any when null.</summary>
    public string? Operation { get; init; }

    /// <summary>The thing: ECS service, endpoint, repository or project; any when null.</summary>
    public string? Target { get; init; }

    /// <summary>How many times it happens; null is without end.</summary>
    public int? Count { get; init; } = 1;

    /// <summary>How late, or how long after the start, by the sandbox's clock unless said otherwise.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>The exit code of a crash.</summary>
    public int ExitCode { get; init; } = 1;

    /// <summary>The HTTP status of a <see cref="SandboxFaultKind.ServerError"/>.</summary>
    public int StatusCode { get; init; } = 500;

    /// <summary>The build phase that fails.</summary>
    public string Phase { get; init; } = "BUILD";

    /// <summary>The reason AWS would give; a usual one when null. An empty one makes a <see cref="SandboxFaultKind.ServerError"/> an answer without a body.</summary>
    public string? Reason { get; init; }

    /// <summary>Lines the crashing container or failing build writes to its log.</summary>
    public IReadOnlyList<string> LogLines { get; init; } = [];
}
