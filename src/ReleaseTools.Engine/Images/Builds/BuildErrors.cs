using System.Globalization;
using System.Text.RegularExpressions;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>Makes of a build's failure the error that says what to do about it.</summary>
internal static partial class BuildErrors
{
    // What the CLI says when the engine is gone: its own words, Go's, and gRPC's.
    private static readonly string[] EngineLost =
        ["unexpected EOF", "error during connect", "Cannot connect to the Docker daemon", "connection reset by peer", "transport is closing", "error reading from server", "code = Unavailable"];

    /// <summary>The failure in words: the step and how it ended, then the last lines it wrote.</summary>
    public static string Text(BuildFailure failure) => Words(failure) is var (what, lines) ? what + lines : string.Empty;

    private static (string What, string Lines) Words(BuildFailure failure)
    {
        var what = failure.Step is null ? failure.Message ?? "docker said nothing"
            : failure.ExitCode is { } code ? $"{failure.Step} ended with exit code {code}"
            : $"{failure.Step}: {failure.Message}";
        var lines = failure.Lines.Count == 0 || failure.Step is null ? "" : string.Concat(failure.Lines.Select(line => $"{Environment.NewLine}  {line}"));
        return (what, lines);
    }

    /// <summary>The error of a failure.</summary>
    /// <param name="image">The image that was built.</param>
    /// <param name="failure">What the builder said.</param>
    /// <param name="dockerExitCode">How the CLI ended.</param>
    /// <param name="engineError">Why the engine does not answer any more; null when it does.</param>
    /// <param name="logFile">The file with all it said.</param>
    public static ReleaseException Of(ReleaseImage image, BuildFailure failure, int dockerExitCode, ReleaseException? engineError, string logFile)
    {
        var (what, lines) = Words(failure);
        if (failure.ExitCode is null && (engineError is not null || Says(failure.Message, EngineLost)))
            return ReleaseException.For(nameof(Messages.BuildEngineLost), ErrorKind.Connection, image.Name, image.Name, failure.Message ?? what, engineError?.Message ?? "It answers again.", logFile);
        if (failure.Lines.Append(failure.Message).Any(line => Says(line, ["no space left on device"])))
            return ReleaseException.For(nameof(Messages.BuildDiskFull), ErrorKind.InvalidState, image.Name, image.Name, what, lines, logFile);
        if (Missed(image, failure.Message) is { } path && (ContextFilter.IsGits(image, path) || ContextFilter.IsNoInput(image, path)))
        {
            var id = ContextFilter.IsGits(image, path) ? nameof(Messages.BuildGetsNoGit) : nameof(Messages.BuildInputNotNamed);
            return ReleaseException.For(id, ErrorKind.InvalidArgument, image.Name, image.Name, failure.Step ?? "a step", path, logFile);
        }

        return ReleaseException.For(
            nameof(Messages.BuildFailed), ErrorKind.Failed, image.Name, image.Name, dockerExitCode.ToString(CultureInfo.InvariantCulture), what, lines, logFile);
    }

    /// <summary>A path that a step did not find although it is in the context; null where that is not so.</summary>
    private static string? Missed(ReleaseImage image, string? message)
    {
        if (message is null || NotFound().Match(message) is not { Success: true } match)
            return null;
        var path = match.Groups["path"].Value.Trim('/');
        return path.Length > 0 && Path.Exists(Path.Combine(image.Context!, path)) ? path : null;
    }

    private static bool Says(string? message, string[] words) => message is not null && Array.Exists(words, word => message.Contains(word, StringComparison.OrdinalIgnoreCase));

    // BuildKit of 20.10 and later: '"/a/b" not found', '"/a/b": not found', and of a folder's file 'lstat /…/buildkit-mount123/a/b: no such file or directory'.
    [GeneratedRegex("""(?:"(?<path>/[^"]+)":? not found|buildkit-mount\d+/(?<path>[^:]+): no such file or directory)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NotFound();
}
