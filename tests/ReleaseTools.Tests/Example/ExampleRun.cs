using ReleaseTools.Tests.Shell;

namespace ReleaseTools.Tests.Example;

/// <summary>A run of release.ps1: what it said, and what the sandbox was asked.</summary>
internal sealed record ExampleRun(ShellResult Result, SandboxCalls Calls)
{
    public int ExitCode => Result.ExitCode;

    public string Output => Result.Output;

    /// <summary>All that was said, on both streams.</summary>
    public string Said => Result.Output + Result.Error;

    /// <summary>The last plan's lines of a stage: its name, the step's, what is done, and why. The result, which has them too, comes after.</summary>
    public IReadOnlyList<string> Plan(string stage) =>
        [.. Lines.TakeWhile(line => !line.StartsWith("Release ", StringComparison.Ordinal))
            .Where(line => line.StartsWith(stage + " ", StringComparison.Ordinal))];

    private IEnumerable<string> Lines => Result.Lines.Skip(Math.Max(0, Array.FindLastIndex(Result.Lines, line => line.StartsWith("Plan of release ", StringComparison.Ordinal))));

    /// <summary>For a test's message: what the run said.</summary>
    public override string ToString() => $"exit code {ExitCode}\n{Said}";
}
