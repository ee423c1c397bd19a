using ReleaseTools.Tests.Shell;

namespace ReleaseTools.Tests.Example;

/// <summary>A run of release.ps1: what it said, and what the sandbox was asked.</summary>
internal sealed record ExampleRun(ShellResult Result, SandboxCalls Calls)
{
    public int ExitCode => Result.ExitCode;

    public string Output => Result.Output;

    /// <summary>All that was said, on both streams.</summary>
    public string Said => Result.Output + Result.Error;

    /// <summary>The plan's lines, in the words of the table: the step's stage, its name, what is done, and why.</summary>
    public IReadOnlyList<string> Plan(string stage) =>
        [.. Result.Lines.Where(line => line.StartsWith(stage + " ", StringComparison.Ordinal))];

    /// <summary>For a test's message: what the run said.</summary>
    public override string ToString() => $"exit code {ExitCode}\n{Said}";
}
