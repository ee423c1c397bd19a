using System.Text;
using System.Text.RegularExpressions;
using CliWrap;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Infrastructure;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>Runs git in a folder, to read and never to change.</summary>
internal sealed partial class GitCli
{
    private readonly string executable;
    private readonly string folder;
    private readonly IReadOnlyDictionary<string, string?> variables;

    private GitCli(string executable, string folder, IReadOnlyDictionary<string, string?> variables)
    {
        this.executable = executable;
        this.folder = folder;
        this.variables = variables;
    }

    /// <summary>Git on the environment's PATH; null where it is not installed.</summary>
    public static GitCli? Find(string folder, IReadOnlyDictionary<string, string> environment) =>
        ExecutableLookup.Find("git", environment) is { } executable ? new(executable, folder, GitEnvironment.Of(environment)) : null;

    /// <summary>The same git in the folder of another repository.</summary>
    public GitCli In(string other) => new(executable, other, GitEnvironment.ForAnyRepository(variables));

    /// <summary>What git writes; null where the folder is in no repository.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="input">What it reads.</param>
    /// <exception cref="ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public Task<string?> TryReadAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken, string? input = null) =>
        TryReadAsync(arguments, written => Utf8.GetString(written.Span), cancellationToken, input);

    /// <summary>What is made of what git writes; null where the folder is in no repository.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="read">Reads what git wrote. The bytes are lent.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="input">What git reads.</param>
    /// <exception cref="ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public async Task<T?> TryReadAsync<T>(IReadOnlyList<string> arguments, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken, string? input = null)
        where T : class
    {
        using var output = new LentBuffer();
        using var errors = new LentBuffer();
        var result = await Cli.Wrap(executable).WithArguments(arguments).WithWorkingDirectory(folder).WithEnvironmentVariables(variables)
            .WithValidation(CommandResultValidation.None)
            .WithStandardInputPipe(input is null ? PipeSource.Null : PipeSource.FromString(input, Utf8))
            .WithStandardOutputPipe(PipeTarget.Create(output.FillAsync)).WithStandardErrorPipe(PipeTarget.Create(errors.FillAsync))
            .ExecuteAsync(cancellationToken).ConfigureAwait(false);
        if (result.ExitCode == 0)
            return read(output.Written);
        var said = Utf8.GetString(errors.Written.Span);
        if (said.Contains("not a git repository", StringComparison.Ordinal) || said.Contains("invalid gitfile format", StringComparison.Ordinal))
            return null;
        throw Ownership().Match(said) is { Success: true } refused
            ? ReleaseException.For(nameof(Messages.GitRefusesOwner), ErrorKind.PermissionDenied, folder, refused.Groups["path"].Value)
            : ReleaseException.For(nameof(Messages.GitFailed), ErrorKind.Failed, folder, Subcommand(arguments), folder, said.Trim());
    }

    /// <summary>What git writes.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <param name="input">What it reads.</param>
    /// <exception cref="ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public async Task<string> ReadAsync(IReadOnlyList<string> arguments, CancellationToken cancellationToken, string? input = null) =>
        await TryReadAsync(arguments, cancellationToken, input).ConfigureAwait(false)
        ?? throw ReleaseException.For(nameof(Messages.GitFailed), ErrorKind.Failed, folder, Subcommand(arguments), folder, "The folder is in no repository any more.");

    // Settings for one run come before it.
    private static string Subcommand(IReadOnlyList<string> arguments)
    {
        var at = 0;
        while (arguments[at] is "-c")
            at += 2;
        return arguments[at];
    }

    // Without the mark that some encodings begin with.
    private static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false);

    // Since git 2.35.2; see safe.directory in git-config(1).
    [GeneratedRegex("dubious ownership in repository at '(?<path>[^']+)'", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Ownership();
}
