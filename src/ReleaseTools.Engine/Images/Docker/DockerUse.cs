using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Docker;

/// <summary>Whether images can be built with Docker here, for callers who have another way when they cannot.</summary>
public static class DockerUse
{
    /// <summary>Asks the engine, and looks for the CLI.</summary>
    /// <returns>Null when both are there, else the error that says what is missing.</returns>
    public static async Task<ReleaseException?> WhyNotAsync(IDockerEngine engine, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        try
        {
            await engine.PingAsync(cancellationToken);
            await DockerCli.FindAsync(environment, NullObserver.Instance, cancellationToken);
            return null;
        }
        catch (ReleaseException why)
        {
            return why;
        }
    }
}
