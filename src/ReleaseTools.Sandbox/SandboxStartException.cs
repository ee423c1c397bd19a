namespace ReleaseTools.Sandbox;

/// <summary>Why a sandbox did not start.</summary>
public enum SandboxStartProblem
{
    /// <summary>The port cannot be listened on; usually something else listens there.</summary>
    PortUnavailable,

    /// <summary>The state that an earlier run left cannot be read.</summary>
    StateUnreadable,

    /// <summary>Another sandbox keeps its state in the same directory.</summary>
    StateInUse,

    /// <summary>The seed file cannot be read, or a call in it failed.</summary>
    SeedInvalid,
}

/// <summary>A sandbox could not be started. Not an answer of a service: those are <see cref="SandboxException"/>.</summary>
/// <param name="problem">What kind of problem it is.</param>
/// <param name="message">What is wrong, in a sentence.</param>
/// <param name="inner">What it came from.</param>
public sealed class SandboxStartException(SandboxStartProblem problem, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of problem it is.</summary>
    public SandboxStartProblem Problem { get; } = problem;
}
