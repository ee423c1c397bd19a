namespace ReleaseTools.Sandbox;

/// <summary>Something scripted to go wrong: for an operation (Throttle … AccessDenied) or for a thing (TaskCrash …).</summary>
public sealed record SandboxFault
{
    /// <summary>What goes wrong.</summary>
    public required SandboxFaultKind Kind { get; init; }

    /// <summary>The service, such as <c>ecs</c> or <c>registry</c>; any when null.</summary>
    public string? Service { get; init; }

    /// <summary>The operation, such as <c>UpdateService</c>; any when null.</summary>
    public string? Operation { get; init; }

    /// <summary>The thing: ECS service (for a crash also the digest of its image), endpoint, repository or project; any when null.</summary>
    public string? Target { get; init; }

    /// <summary>How many times it happens; null is without end.</summary>
    public int? Count { get; init; } = 1;

    /// <summary>For a <see cref="SandboxFaultKind.Throttle"/>: how many calls a second each operation may get, after a <see cref="Burst"/>; only those beyond are throttled. Every call when null.</summary>
    public int? CallsPerSecond { get; init; }

    /// <summary>How many calls may come at once; as many as may in a second when null.</summary>
    public int? Burst { get; init; }

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

    /// <summary>What a scan finds; a usual vulnerability when empty.</summary>
    public IReadOnlyList<ImageFinding> Findings { get; init; } = [];

    /// <summary>Lines that the crashing container, the failing build or the instances of a failing update write to their log.</summary>
    public IReadOnlyList<string> LogLines { get; init; } = [];
}
