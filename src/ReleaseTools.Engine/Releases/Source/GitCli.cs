using System.Text;
using System.Text.RegularExpressions;
using CliWrap;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Infrastructure;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>Runs git to read, never to change.</summary>
internal sealed partial class GitCli(string executable, string directory, IReadOnlyDictionary<string, string> environment)
{
    /// <summary>Git on the environment's PATH; null where it is not installed.</summary>
    public static GitCli? Find(string directory, IReadOnlyDictionary<string, string> environment) =>
        ExecutableLookup.Find("git", environment) is { } executable ? new(executable, directory, environment) : null;

    /// <summary>What git writes; null where the directory is in no repository.</summary>
    /// <exception cref="ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public async Task<string?> ReadAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var output = new StringBuilder();
        var errors = new StringBuilder();
        var variables = environment.ToDictionary(variable => variable.Key, variable => (string?)variable.Value, StringComparer.Ordinal);
        variables["LC_ALL"] = "C"; // its errors are read
        variables["GIT_OPTIONAL_LOCKS"] = "0"; // a look at the tree must not get into the way of whoever commits
        variables["GIT_LITERAL_PATHSPECS"] = "1"; // a folder may be called [web]
        var result = await Cli.Wrap(executable).WithArguments(arguments).WithWorkingDirectory(directory).WithEnvironmentVariables(variables)
            .WithValidation(CommandResultValidation.None)
            .WithStandardOutputPipe(PipeTarget.ToStringBuilder(output, Encoding.UTF8)).WithStandardErrorPipe(PipeTarget.ToStringBuilder(errors, Encoding.UTF8))
            .ExecuteAsync(cancellationToken).ConfigureAwait(false);
        if (result.ExitCode == 0)
            return output.ToString();
        var said = errors.ToString();
        if (said.Contains("not a git repository", StringComparison.Ordinal))
            return null;
        throw Ownership().Match(said) is { Success: true } refused
            ? ReleaseException.For(nameof(Messages.GitRefusesOwner), ErrorKind.PermissionDenied, directory, refused.Groups["path"].Value)
            : ReleaseException.For(nameof(Messages.GitFailed), ErrorKind.Failed, directory, arguments[0], directory, said.Trim());
    }

    // Since git 2.35.2; see safe.directory in git-config(1).
    [GeneratedRegex("dubious ownership in repository at '(?<path>[^']+)'", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ownership();
}
