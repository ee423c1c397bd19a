namespace ReleaseTools.Sandbox.CodeBuild.Shell;

/// <summary>A command of a buildspec that does not end with 0.</summary>
/// <param name="exitCode">Its exit code.</param>
/// <param name="message">What it writes to the log.</param>
internal sealed class CommandFailedException(int exitCode, string message) : Exception(message)
{
    /// <summary>The exit code.</summary>
    public int ExitCode { get; } = exitCode;
}
