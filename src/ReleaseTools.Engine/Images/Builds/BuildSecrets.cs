using System.Globalization;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Infrastructure;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// The secrets of a build on their way to the CLI. A value goes into the CLI's environment under a name of ours, never on its
/// command line; a file is named by its path (https://docs.docker.com/build/building/secrets/). What a RUN step prints of them
/// is masked: BuildKit does not.
/// </summary>
internal sealed class BuildSecrets
{
    // A file larger than that is an archive or a key store, which nobody prints.
    private const long LargestMaskedFile = 64 * 1024;

    private readonly SensitiveValues values = new();
    private readonly List<string> arguments = [];
    private readonly Dictionary<string, string?> environment = new(StringComparer.Ordinal);

    private BuildSecrets()
    {
    }

    /// <summary>What follows each <c>--secret</c>.</summary>
    public IReadOnlyList<string> Arguments => arguments;

    /// <summary>The variables that the arguments name. Secret.</summary>
    public IReadOnlyDictionary<string, string?> Environment => environment;

    /// <summary>Checks that each secret is where it is said to be.</summary>
    /// <exception cref="ReleaseException"><c>BuildSecretMissing</c>.</exception>
    public static void Check(ReleaseImage image, Func<string, string?> variable)
    {
        foreach (var secret in image.Secrets)
        {
            if (!IsThere(secret, variable))
            {
                throw ReleaseException.For(
                    nameof(Messages.BuildSecretMissing), ErrorKind.NotFound, image.Name, image.Name, secret.Id, secret.File is null ? $"the variable {secret.EnvironmentVariable}" : $"the file {secret.File}");
            }
        }
    }

    /// <summary>Fetches the secrets of an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="variable">Gives the value of a variable; null where there is none.</param>
    /// <exception cref="ReleaseException"><c>BuildSecretMissing</c>.</exception>
    public static BuildSecrets Of(ReleaseImage image, Func<string, string?> variable)
    {
        Check(image, variable);
        var secrets = new BuildSecrets();
        foreach (var secret in image.Secrets)
            secrets.Add(secret, variable);
        return secrets;
    }

    /// <summary>Adds the values of an image's secrets to those that are masked, as far as they are there: of an image that is not built none need be.</summary>
    public static void AddTo(SensitiveValues values, ReleaseImage image, Func<string, string?> variable)
    {
        foreach (var secret in image.Secrets.Where(secret => IsThere(secret, variable)))
        {
            try
            {
                if (Value(secret, variable) is { } value)
                    values.Add(value);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // What cannot be read here, no command that is run here can say.
            }
        }
    }

    /// <summary>A line of output without the secrets' values.</summary>
    public string Mask(string line) => values.Mask(line);

    private void Add(BuildSecret secret, Func<string, string?> variable)
    {
        var value = Value(secret, variable);
        if (value is not null)
            values.Add(value);
        if (secret.File is { } file)
        {
            arguments.Add($"id={secret.Id},src={file}");
            return;
        }

        var name = string.Create(CultureInfo.InvariantCulture, $"RELEASETOOLS_BUILD_SECRET_{environment.Count}");
        environment[name] = value;
        arguments.Add($"id={secret.Id},env={name}");
    }

    private static bool IsThere(BuildSecret secret, Func<string, string?> variable) =>
        secret.File is { } file ? File.Exists(file) : variable(secret.EnvironmentVariable!) is not null;

    /// <summary>The value; null of a file that is too large to be masked.</summary>
    private static string? Value(BuildSecret secret, Func<string, string?> variable)
    {
        if (secret.File is not { } file)
            return variable(secret.EnvironmentVariable!);
        return new FileInfo(file).Length <= LargestMaskedFile ? File.ReadAllText(file) : null;
    }
}
