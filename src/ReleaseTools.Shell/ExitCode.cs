namespace ReleaseTools.Shell;

/// <summary>The codes with which the shell exits by itself; scripts give others with <c>exit</c>.</summary>
internal static class ExitCode
{
    /// <summary>A terminating error, or a line whose last command failed.</summary>
    public const int Error = 1;

    /// <summary>The arguments are wrong, or what they name is not there.</summary>
    public const int Usage = 64;

    /// <summary>Stopped by Ctrl-C: 128 and the number of SIGINT, as POSIX shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>Stopped by SIGTERM.</summary>
    public const int Terminated = 143;
}
