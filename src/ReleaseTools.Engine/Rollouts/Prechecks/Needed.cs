using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>Where something is that a container needs.</summary>
internal enum NeededIn
{
    /// <summary>AWS Secrets Manager.</summary>
    SecretsManager,

    /// <summary>AWS Systems Manager Parameter Store.</summary>
    ParameterStore,

    /// <summary>Amazon CloudWatch Logs.</summary>
    Logs,
}

/// <summary>Something that a container names, and without which its task does not start.</summary>
/// <param name="Task">The task.</param>
/// <param name="In">Where it is.</param>
/// <param name="Text">What people call it.</param>
/// <param name="Names">The names that it may have there, one of which must be there; none where it is not looked for.</param>
internal sealed record Needed(PrecheckedTask Task, NeededIn In, string Text, IReadOnlyList<string> Names)
{
    /// <summary>Why it is not looked for; null where it is.</summary>
    public string? NotLookedFor { get; init; }

    /// <summary>What is wrong with it before it is looked for; null where nothing is.</summary>
    public ReleaseException? Fault { get; init; }

    /// <summary>What is wrong where no name of it is there: by what was seen of the first.</summary>
    public required Func<Sighting, ReleaseException?> Judge { get; init; }
}
