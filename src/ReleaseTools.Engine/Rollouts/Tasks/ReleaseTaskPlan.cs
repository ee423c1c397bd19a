using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Tasks;

/// <summary>A task that would be run once, or why it cannot be; made by reads alone.</summary>
public sealed record ReleaseTaskPlan
{
    /// <summary>The service whose task definition, network and capacity the task has, as it runs now.</summary>
    public required ReleaseService Service { get; init; }

    /// <summary>The image it is to run; null for what the task definition names.</summary>
    public EcrImage? Image { get; init; }

    /// <summary>Why it cannot be run; null when it can.</summary>
    public ReleaseException? Problem { get; init; }

    /// <summary>The command and its arguments.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Environment variables over the task definition's. ECS shows them to everybody who may describe tasks: no secrets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>How long it is waited for; as the options say when null.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The service as ECS described it.</summary>
    internal EcsService? Seen { get; init; }

    /// <summary>The container that gets the command, and whose exit code counts.</summary>
    internal ContainerDefinition? Container { get; init; }

    /// <summary>The containers with any of which the task ends: ECS stops the others then.</summary>
    internal IReadOnlyList<string> Essential { get; init; } = [];

    /// <summary>The image that the task definition names, in the container that runs it.</summary>
    internal string? NamedImage { get; init; }

    /// <summary>Whether what the task definition names is the image's digest already.</summary>
    internal bool NamesDigest { get; init; }

    /// <summary>
    /// Whether a revision is registered that names the digest: RunTask can override a container's command, not its image
    /// (ContainerOverride, API reference), and no tag moves before the rollout.
    /// </summary>
    internal bool PinsDigest => Image is not null && !NamesDigest;

    /// <summary>The record that says what would be run.</summary>
    public ReleaseTask ToTask() => new()
    {
        Service = Service.Service,
        Cluster = Service.Cluster,
        Status = Problem is null ? ReleaseTaskStatus.Planned : ReleaseTaskStatus.Failed,
        TaskDefinition = Service.TaskDefinition,
        Digest = Image?.Digest,
        ImageUri = Image?.ImageUri,
        Command = Command,
        Container = Container?.Name,
        Reason = Problem?.Message ?? What(),
    };

    private string What()
    {
        var runs = $"uns {TaskText.Of(Command)} in container {Container?.Name} of {Service.TaskDefinition}";
        if (!PinsDigest)
            return $"R{runs}.";
        var digest = Image!.Digest is { } known ? Words.Digest(known) : $"the digest of the tag {Image.Tag}";
        return $"R{runs} with {digest}, of a revision that is registered for it{(Service.PinDigest ? "" : " and deregistered afterwards")}.";
    }
}

/// <summary>A task that is asked for.</summary>
/// <param name="Service">The service, by name and cluster.</param>
/// <param name="Image">The image it is to run; null for what the task definition names.</param>
public sealed record ReleaseTaskRequest(ReleaseService Service, EcrImage? Image = null)
{
    /// <summary>The command; what the service's definition has run before a rollout when empty.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Environment variables over the task definition's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The container that gets the command; the definition's, or else the one that runs the image when null.</summary>
    public string? Container { get; init; }

    /// <summary>How long it is waited for; as the definition or the options say when null.</summary>
    public TimeSpan? Timeout { get; init; }
}

/// <summary>How tasks are run.</summary>
public sealed record ReleaseTaskOptions
{
    /// <summary>How long to wait for a task that does not say it itself.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>How many are started at once.</summary>
    public int ThrottleLimit { get; init; } = 8;

    /// <summary>Return once they are started.</summary>
    public bool NoWait { get; init; }
}

/// <summary>What became of a task.</summary>
/// <param name="Task">The record.</param>
/// <param name="Error">What went wrong; null for one that succeeded, or was not waited for.</param>
public sealed record ReleaseTaskResult(ReleaseTask Task, ReleaseException? Error = null)
{
    /// <summary>Whether nothing of it runs any more.</summary>
    internal bool HasEnded { get; init; } = true;
}
