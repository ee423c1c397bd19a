namespace ReleaseTools;

/// <summary>What terraform did, or would do.</summary>
public enum InfrastructureStatus
{
    /// <summary>Would be applied (<c>-WhatIf</c>).</summary>
    Planned,

    /// <summary>Applied.</summary>
    Applied,

    /// <summary>Nothing differed.</summary>
    Unchanged,

    /// <summary>Not run; <see cref="InfrastructureChange.Reason"/> says why.</summary>
    Skipped,
}

/// <summary>The outcome of a terraform apply.</summary>
public sealed record InfrastructureChange
{
    /// <summary>Terraform's working directory.</summary>
    public required string Directory { get; init; }

    /// <summary>What terraform did.</summary>
    public InfrastructureStatus Status { get; init; }

    /// <summary>Resources added.</summary>
    public int Added { get; init; }

    /// <summary>Resources changed.</summary>
    public int Changed { get; init; }

    /// <summary>Resources destroyed.</summary>
    public int Destroyed { get; init; }

    /// <summary>The env file written from the outputs; null when none was written.</summary>
    public string? EnvFile { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why it was applied or not.</summary>
    public string? Reason { get; init; }
}

/// <summary>One value of the infra env file.</summary>
public sealed record InfraVariable
{
    /// <summary>What stands in for a sensitive value.</summary>
    public const string Mask = "********";

    private readonly string value;

    /// <summary>A variable. A sensitive one's value is kept, and shown to nobody.</summary>
    public InfraVariable(string name, string value, bool isSensitive)
    {
        Name = name;
        this.value = value;
        IsSensitive = isSensitive;
    }

    /// <summary>The name, upper-case.</summary>
    public string Name { get; }

    /// <summary>The value as shown: <see cref="Mask"/> for a sensitive one.</summary>
    public string Value => IsSensitive ? Mask : value;

    /// <summary>Whether terraform calls the output sensitive.</summary>
    public bool IsSensitive { get; }

    /// <summary>The value itself. A method, so that no format view and no <c>ConvertTo-Json</c> shows it.</summary>
    public string Reveal() => value;

    /// <inheritdoc/>
    public override string ToString() => $"{Name}={Value}";
}

/// <summary>The infra env file: what terraform says of the system.</summary>
public sealed record InfraEnvironment
{
    /// <summary>The env file's absolute path.</summary>
    public required string Path { get; init; }

    /// <summary>Its variables, in the file's order.</summary>
    public IReadOnlyList<InfraVariable> Variables { get; init => field = Indexable.Of(value); } = [];
}
