using System.Text;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>The infra env file: written from terraform's outputs, read by people's shells, by python-dotenv and by the release.</summary>
public static class InfraEnvironmentFile
{
    /// <summary>Reads an env file.</summary>
    /// <exception cref="ReleaseException">EnvFileNotFound, EnvFileInvalid (with the line, never the value).</exception>
    public static async Task<InfraEnvironment> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(full))
            throw ReleaseException.For(nameof(Messages.EnvFileMissing), ErrorKind.NotFound, full, full);
        var text = await File.ReadAllTextAsync(full, Encoding.UTF8, cancellationToken).ConfigureAwait(false);
        return new() { Path = full, Variables = new EnvFileParser(full, text).Parse() };
    }

    /// <summary>Reads an env file where it is there.</summary>
    /// <exception cref="ReleaseException">EnvFileInvalid.</exception>
    public static async Task<InfraEnvironment?> ReadIfThereAsync(string? path, CancellationToken cancellationToken) =>
        path is not null && File.Exists(path) ? await ReadAsync(path, cancellationToken).ConfigureAwait(false) : null;
}
