using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Docker;

/// <summary>What a docker CLI builds with.</summary>
public enum DockerBuilder
{
    /// <summary>The buildx plugin.</summary>
    Buildx,

    /// <summary>The BuildKit client that CLIs before 23.0 have built in, switched on by <c>DOCKER_BUILDKIT=1</c>.</summary>
    BuiltInBuildKit,

    /// <summary>The classic builder only: no secrets, no cache mounts, and the whole context is sent each time.</summary>
    Classic,
}

/// <summary>
/// The <c>docker</c> executable to build with. Several can be on PATH, and since 23.0 one without the buildx plugin
/// cannot do BuildKit (https://docs.docker.com/engine/release-notes/23.0/), so the first that can is taken.
/// </summary>
public sealed partial record DockerCli
{
    private static readonly Version FirstWithoutBuiltInBuildKit = new(23, 0);

    /// <summary>The executable's path.</summary>
    public required string Path { get; init; }

    /// <summary>The client's version.</summary>
    public required Version Version { get; init; }

    /// <summary>What it builds with.</summary>
    public required DockerBuilder Builder { get; init; }

    /// <summary>The buildx plugin's version; null without it.</summary>
    public Version? BuildxVersion { get; init; }

    /// <summary>The environment it is run with.</summary>
    internal IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>Finds the CLI on the PATH of the given environment. No engine is asked.</summary>
    /// <param name="environment">The environment the CLI is run with too.</param>
    /// <param name="observer">Told which one is taken, and warned when only the classic builder is left.</param>
    /// <param name="cancellationToken">Stops the search.</param>
    /// <exception cref="ReleaseException"><c>DockerNotFound</c>: there is none.</exception>
    public static async Task<DockerCli> FindAsync(IReadOnlyDictionary<string, string> environment, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        DockerCli? classic = null;
        foreach (var path in Executables(environment))
        {
            var cli = await ProbeAsync(path, ChildEnvironment(environment), cancellationToken);
            if (cli is { Builder: not DockerBuilder.Classic })
            {
                observer.Report(new Traced("docker", $"{path} {cli.Version} builds with {Describe(cli)}"));
                return cli;
            }

            observer.Report(new Traced("docker", cli is null ? $"{path} is no docker CLI" : $"{path} {cli.Version} has no BuildKit"));
            classic ??= cli;
        }

        if (classic is null)
            throw ReleaseException.For(nameof(Messages.DockerNotFound), ErrorKind.NotInstalled, "docker");
        observer.Report(new Warned(
            "docker",
            $"{classic.Path} ({classic.Version}) lacks the buildx plugin and builds with the classic builder: each build sends its whole context, and build secrets and cache mounts fail. Install docker-buildx."));
        return classic;
    }

    /// <summary>A command of this CLI, in its environment and with variables of the command's own.</summary>
    internal Command Command(IEnumerable<string> arguments, IReadOnlyDictionary<string, string?> variables)
    {
        var all = new Dictionary<string, string?>(Environment, StringComparer.Ordinal)
        {
            // Before 23.0 the classic builder is the default, and from then on BuildKit is, whether the plugin is there or not.
            ["DOCKER_BUILDKIT"] = Builder == DockerBuilder.Classic ? "0" : "1",
        };
        foreach (var (name, value) in variables)
            all[name] = value;
        return Cli.Wrap(Path).WithArguments(arguments).WithValidation(CommandResultValidation.None).WithEnvironmentVariables(all);
    }

    /// <summary>The driver of the builder that builds where none is named: <c>BUILDX_BUILDER</c>, else the one that <c>docker buildx use</c> chose. Null where buildx does not say.</summary>
    internal async Task<string?> FindDriverAsync(CancellationToken cancellationToken) =>
        await AskAsync(Path, Environment, ["buildx", "inspect"], cancellationToken) is { } answer && DriverGrammar().Match(answer) is { Success: true } match
            ? match.Groups["driver"].Value
            : null;

    private static async Task<DockerCli?> ProbeAsync(string path, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        var answered = await AskAsync(path, environment, ["--version"], cancellationToken);
        if (answered is null || DockerVersion().Match(answered) is not { Success: true } match)
            return null;
        var version = Version.Parse(match.Groups["version"].Value);
        var cli = new DockerCli { Path = path, Version = version, Builder = DockerBuilder.BuiltInBuildKit, Environment = environment };
        if (version < FirstWithoutBuiltInBuildKit)
            return cli;

        var buildx = await AskAsync(path, environment, ["buildx", "version"], cancellationToken);
        return buildx is null
            ? cli with { Builder = DockerBuilder.Classic }
            : cli with { Builder = DockerBuilder.Buildx, BuildxVersion = BuildxVersionGrammar().Match(buildx) is { Success: true } found ? Version.Parse(found.Groups["version"].Value) : null };
    }

    /// <summary>What it prints; null when it cannot be run or fails.</summary>
    private static async Task<string?> AskAsync(
        string path, IReadOnlyDictionary<string, string?> environment, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        try
        {
            var result = await Cli.Wrap(path).WithArguments(arguments).WithEnvironmentVariables(environment)
                .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellationToken);
            return result.IsSuccess ? result.StandardOutput : null;
        }
        catch (Exception exception) when (exception is System.ComponentModel.Win32Exception or IOException or InvalidOperationException)
        {
            return null;
        }
    }

    private static IEnumerable<string> Executables(IReadOnlyDictionary<string, string> environment)
    {
        var names = OperatingSystem.IsWindows() ? new[] { "docker.exe" } : ["docker"];
        var path = environment.FirstOrDefault(variable => string.Equals(variable.Key, "PATH", StringComparison.OrdinalIgnoreCase)).Value ?? "";
        return path.Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(_ => names, System.IO.Path.Combine)
            .Where(File.Exists)
            .Distinct(StringComparer.Ordinal);
    }

    /// <summary>The given environment, and nothing of docker's from this process: what is not in it is taken away.</summary>
    private static Dictionary<string, string?> ChildEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        string[] dockers = ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_BUILDKIT", "BUILDKIT_PROGRESS", "BUILDX_BUILDER"];
        var child = dockers.ToDictionary(name => name, string? (_) => null, StringComparer.Ordinal);
        foreach (var (name, value) in environment)
            child[name] = value;
        return child;
    }

    private static string Describe(DockerCli cli) => cli.Builder == DockerBuilder.Buildx ? $"buildx {cli.BuildxVersion}" : "its own BuildKit client";

    [GeneratedRegex(@"\ADocker version (?<version>\d+\.\d+(?:\.\d+)?)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DockerVersion();

    [GeneratedRegex(@"\bv?(?<version>\d+\.\d+(?:\.\d+)?)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BuildxVersionGrammar();

    [GeneratedRegex(@"^Driver:\s*(?<driver>\S+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DriverGrammar();
}
