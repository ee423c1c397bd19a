namespace ReleaseTools.Sandbox.Server;

/// <summary>
/// Holds a state directory for one sandbox. The file stays when the lock is let go: to delete it would let two sandboxes
/// hold one name, each on a file of its own.
/// </summary>
internal sealed class StateLock : IDisposable
{
    private readonly FileStream file;

    private StateLock(FileStream file) => this.file = file;

    /// <summary>Takes the directory, which is made when it is not there.</summary>
    /// <exception cref="SandboxStartException">Another sandbox holds it, or it cannot be used.</exception>
    public static StateLock Take(string directory)
    {
        try
        {
            if (!Directory.Exists(directory))
                OwnerOnly.CreateDirectory(directory);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new SandboxStartException(SandboxStartProblem.StateUnreadable, $"The directory '{directory}' cannot be made: {problem.Message}", problem);
        }

        try
        {
            // FileShare.None is a lock between processes on every platform: flock on Unix.
            var options = OwnerOnly.ToWrite(FileMode.OpenOrCreate);
            options.Share = FileShare.None;
            return new StateLock(new FileStream(Path.Combine(directory, ".lock"), options));
        }
        catch (IOException problem)
        {
            throw new SandboxStartException(SandboxStartProblem.StateInUse, $"Another sandbox keeps its state in '{directory}'.", problem);
        }
        catch (UnauthorizedAccessException problem)
        {
            throw new SandboxStartException(SandboxStartProblem.StateUnreadable, $"The directory '{directory}' cannot be written to: {problem.Message}", problem);
        }
    }

    public void Dispose() => file.Dispose();
}
