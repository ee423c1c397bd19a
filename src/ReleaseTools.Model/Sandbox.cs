namespace ReleaseTools;

/// <summary>A running sandbox: a stand-in for AWS on this machine.</summary>
public sealed record ReleaseSandbox
{
    /// <summary>Where it listens; what <c>AWS_ENDPOINT_URL</c> is set to.</summary>
    public required Uri EndpointUrl { get; init; }

    /// <summary>The host of the registry behind its ECR, <c>127.0.0.1:port</c>.</summary>
    public required string RegistryHost { get; init; }

    /// <summary>The region it plays.</summary>
    public required string Region { get; init; }

    /// <summary>The account it plays.</summary>
    public required string Account { get; init; }

    /// <summary>How many times faster than the wall clock its time runs.</summary>
    public double TimeScale { get; init; }

    /// <summary>The directory that keeps its state between runs; null when it keeps none.</summary>
    public string? StatePath { get; init; }
}

/// <summary>A call that the sandbox got.</summary>
public sealed record ReleaseSandboxCall
{
    /// <summary>Its number, from 1.</summary>
    public required long Number { get; init; }

    /// <summary>When it came, by the sandbox's clock.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The service: <c>ecs</c>, <c>ecr</c>, <c>registry</c>, …</summary>
    public required string Service { get; init; }

    /// <summary>The operation, such as <c>UpdateService</c>, or <c>PUT manifest</c> for the registry.</summary>
    public required string Operation { get; init; }

    /// <summary>What it was about: the service, endpoint, repository or project it named.</summary>
    public string? Target { get; init; }

    /// <summary>The HTTP status of the answer; 0 when the connection was dropped.</summary>
    public int StatusCode { get; init; }

    /// <summary>The AWS error code of the answer; null when it succeeded.</summary>
    public string? ErrorCode { get; init; }
}

/// <summary>What can be scripted to go wrong in a sandbox.</summary>
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

    /// <summary>The answer is late by the fault's delay, in wall-clock time.</summary>
    Delay,

    /// <summary>The call is answered with ExpiredTokenException.</summary>
    ExpiredToken,

    /// <summary>The call is answered with AccessDeniedException.</summary>
    AccessDenied,

    /// <summary>
    /// ECS: tasks of the service named, or that a service runs of the image of the digest named, crash the fault's delay after they
    /// run, with its exit code; or tasks of RunTask, by their group (<c>family:</c> and the task definition's family), which may
    /// also end well, with exit code 0.
    /// </summary>
    TaskCrash,

    /// <summary>ECS: tasks of the service, or of the group, named cannot pull their image.</summary>
    CannotPull,

    /// <summary>ECS: RunTask places no task of the group named; the reason is that of its <c>failures</c>, RESOURCE:MEMORY when it has none.</summary>
    TaskNotPlaced,

    /// <summary>
    /// SageMaker: a read of the endpoint, configuration or model named sees it as it was before its last change; what was made within the
    /// last minute is not found. By operation, too: UpdateEndpoint reads the configuration, CreateEndpointConfig the models.
    /// </summary>
    StaleRead,

    /// <summary>SageMaker: the next update of the endpoint named rolls back.</summary>
    EndpointRollback,

    /// <summary>SageMaker: the next update of the endpoint named ends in Failed.</summary>
    EndpointFailure,

    /// <summary>SageMaker: the next update of the endpoint named rolls back, and the rollback fails: it ends in UpdateRollbackFailed.</summary>
    EndpointRollbackFailure,

    /// <summary>SageMaker: the endpoint named goes out of service as soon as it is InService.</summary>
    EndpointOutOfService,

    /// <summary>CodeBuild: the next build of the project named fails in the fault's phase.</summary>
    BuildFailure,

    /// <summary>ECR: the next scan in the repository named finds the fault's findings, the fault's delay later than usual.</summary>
    ScanFindings,

    /// <summary>ECR: the next scan in the repository named ends with an image that the scanner cannot read.</summary>
    ScanUnsupported,

    /// <summary>ECR: the next scan in the repository named fails.</summary>
    ScanFailure,
}
