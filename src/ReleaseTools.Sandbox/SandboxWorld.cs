namespace ReleaseTools.Sandbox;

/// <summary>What the services of one sandbox share: clock, place, and what they may ask of each other.</summary>
internal sealed class SandboxWorld(SandboxOptions options)
{
    /// <summary>How the sandbox was set up.</summary>
    public SandboxOptions Options { get; } = options;

    // How far the resources' time is ahead of the clock's.
    private TimeSpan ahead;

    /// <summary>Where the server and its registry listen, <c>127.0.0.1:port</c>; set when it listens.</summary>
    public string Host { get; set; } = string.Empty;

    /// <summary>The directory for image layers and manifests; set before services are made. Under <see cref="SandboxOptions.StatePath"/>, or temporary.</summary>
    public string BlobDirectory { get; set; } = string.Empty;

    /// <summary>
    /// The lock around all services' state. The server holds it while it advances and invokes services; the registry takes it
    /// for the moments in which it touches repositories, and never while bytes are on the wire.
    /// </summary>
    public object Gate { get; } = new();

    /// <summary>Now, by the clock that resources live by.</summary>
    public DateTimeOffset Now => Options.Clock.GetUtcNow() + ahead;

    /// <summary>Says that something changed off the calls that change things, and is to be kept. Set by the server.</summary>
    public Action Changed { get; set; } = () => { };

    /// <summary>Images, for the services that run them. Set by ECR.</summary>
    public IImageStore Images { get; set; } = NoImages.Instance;

    /// <summary>Log streams, for the services that write them. Set by Logs.</summary>
    public ILogStore Logs { get; set; } = NoLogs.Instance;

    /// <summary>Alarms, for the services that roll deployments back for them. Set by CloudWatch.</summary>
    public IAlarmStore Alarms { get; set; } = NoAlarms.Instance;

    /// <summary>Endpoints, for the service that scales them. Set by SageMaker.</summary>
    public IEndpointStore Endpoints { get; set; } = NoEndpoints.Instance;

    /// <summary>What was scripted to go wrong with a thing.</summary>
    public SandboxFaults Faults { get; } = new();

    /// <summary>Lets time go on from a moment that an earlier run came to, where the clock is not that far yet: time never runs backwards.</summary>
    public void BeginAt(DateTimeOffset earliest)
    {
        var clock = Options.Clock.GetUtcNow();
        ahead = earliest > clock ? earliest - clock : TimeSpan.Zero;
    }

    /// <summary>An ARN in this account and region: <c>Arn("ecs", "cluster/x")</c>.</summary>
    public string Arn(string service, string resource) => $"arn:aws:{service}:{Options.Region}:{Options.Account}:{resource}";
}

/// <summary>The images in ECR, as the services that pull them see them.</summary>
internal interface IImageStore
{
    /// <summary>The digest that an image reference (<c>host/name:tag</c> or <c>host/name@sha256:…</c>) resolves to; null when ECR does not hold it.</summary>
    string? Resolve(string imageReference);

    /// <summary>Stores an image's blobs and manifest under a tag, as a push would; answers its digest.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; the tag has not moved.</exception>
    string Push(string imageReference, string mediaType, ReadOnlyMemory<byte> manifest, IReadOnlyList<ReadOnlyMemory<byte>> blobs, CancellationToken cancellation);
}

/// <summary>CloudWatch Logs, as the services that write to it see it.</summary>
internal interface ILogStore
{
    /// <summary>Appends lines at a time to a stream, making group and stream where missing.</summary>
    void Append(string group, string stream, DateTimeOffset at, params string[] lines);
}

/// <summary>SageMaker's endpoints, as the service that scales their variants sees them.</summary>
internal interface IEndpointStore
{
    /// <summary>Whether there is an endpoint that has the variant and is not being deleted.</summary>
    bool HasVariant(string endpoint, string variant);
}

internal sealed class NoEndpoints : IEndpointStore
{
    public static NoEndpoints Instance { get; } = new();

    public bool HasVariant(string endpoint, string variant) => false;
}

internal sealed class NoImages : IImageStore
{
    public static NoImages Instance { get; } = new();

    public string? Resolve(string imageReference) => null;

    public string Push(string imageReference, string mediaType, ReadOnlyMemory<byte> manifest, IReadOnlyList<ReadOnlyMemory<byte>> blobs, CancellationToken cancellation) =>
        throw new SandboxException("RepositoryNotFoundException", $"The repository of '{imageReference}' does not exist in this sandbox.");
}

internal sealed class NoLogs : ILogStore
{
    public static NoLogs Instance { get; } = new();

    public void Append(string group, string stream, DateTimeOffset at, params string[] lines)
    {
    }
}

/// <summary>CloudWatch's alarms, as the services that roll deployments back for them see them.</summary>
internal interface IAlarmStore
{
    /// <summary>An alarm's state: <c>OK</c>, <c>ALARM</c> or <c>INSUFFICIENT_DATA</c>; null where there is no such alarm.</summary>
    string? StateOf(string alarm);
}

internal sealed class NoAlarms : IAlarmStore
{
    public static NoAlarms Instance { get; } = new();

    public string? StateOf(string alarm) => null;
}
