using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>
/// SageMaker's reads are eventually consistent: for a moment after a change, one may see what was before it. Here that is so as
/// often as a fault says, and for a minute at most.
/// </summary>
internal sealed class StaleReads(SandboxWorld world)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, Change> changes = new(StringComparer.Ordinal);

    /// <summary>The operation that is being carried out; a fault may be for its reads alone.</summary>
    public string Operation { get; set; } = string.Empty;

    /// <summary>Remembers what a thing was before it changed.</summary>
    /// <param name="kind">What it is, such as <c>model</c>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="before">Its description; null where it was not there.</param>
    /// <param name="at">When it changed; now when null.</param>
    public void Changed(string kind, string name, JsonObject? before, DateTimeOffset? at = null) => changes[$"{kind}/{name}"] = new(at ?? world.Now, before);

    /// <summary>What a read sees instead of the thing as it is; null where it sees that.</summary>
    public Change? Take(string kind, string name) =>
        changes.TryGetValue($"{kind}/{name}", out var change) && world.Now - change.At < Longest && world.Faults.Take(fault => IsFor(fault, name)) is not null ? change : null;

    private bool IsFor(SandboxFault fault, string name) => fault.Kind == SandboxFaultKind.StaleRead
        && (fault.Target is null || fault.Target == name)
        && (fault.Operation is null || fault.Operation == Operation);

    /// <summary>A change of a thing.</summary>
    /// <param name="At">When it came.</param>
    /// <param name="Before">What the thing was before it; null where it was not there.</param>
    internal sealed record Change(DateTimeOffset At, JsonObject? Before);
}
