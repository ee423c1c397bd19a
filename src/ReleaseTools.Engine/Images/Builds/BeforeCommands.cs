using System.Collections.Concurrent;
using System.Globalization;
using CliWrap;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// Runs the commands that come before builds. One that several images have is run once, and they all wait for it; what it
/// writes is in the log of the first.
/// </summary>
/// <remarks>
/// They inherit the variables that secrets come from and can read their files, those of other images too. So none is started before the
/// secrets of all images that are known are looked up, its own among them, and nothing leaves here that was not masked.
/// </remarks>
/// <param name="environment">The environment that names PATH, and that they are run in.</param>
internal sealed class BeforeCommands(IReadOnlyDictionary<string, string> environment)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<CommandEnd>>> started = new(StringComparer.Ordinal);
    private readonly SensitiveValues hidden = new();
    private readonly Queue<(ReleaseImage Image, Func<string, string?> Variable)> known = new();

    /// <summary>Names an image whose secrets no command may be heard to say, whether it is built or not. Nothing is read yet.</summary>
    /// <param name="image">The image.</param>
    /// <param name="variable">Gives the value of a variable that a secret is taken from; null where there is none.</param>
    public void Know(ReleaseImage image, Func<string, string?> variable)
    {
        lock (known)
            known.Enqueue((image, variable));
    }

    /// <summary>Runs an image's commands, one after the other.</summary>
    /// <param name="image">The image.</param>
    /// <param name="variable">Gives the values of variables that its secrets are taken from.</param>
    /// <param name="log">Gets what they write.</param>
    /// <param name="observer">Told what they write.</param>
    /// <param name="cancellationToken">Ends them.</param>
    /// <exception cref="ReleaseException"><c>BuildCommandNotFound</c>, <c>BuildCommandFailed</c>.</exception>
    public async Task RunAsync(ReleaseImage image, Func<string, string?> variable, BuildLog log, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        if (image.Before.Count == 0)
            return;
        Know(image, variable);
        HideSecrets();
        for (var i = 0; i < image.Before.Count; i++)
        {
            var before = image.Before[i];
            observer.Report(new BuildProgress(image.Name, i + 1, image.Before.Count, Text(before), Cached: false));
            var key = string.Join('\0', before.Command.Prepend(before.Directory));
            var ended = await started.GetOrAdd(key, _ => new(() => RunAsync(image.Name, before, log, observer, cancellationToken))).Value.WaitAsync(cancellationToken);
            if (ended.ExitCode != 0)
            {
                throw ReleaseException.For(
                    nameof(Messages.BuildCommandFailed), ErrorKind.Failed, image.Name, image.Name, Text(before), ended.ExitCode.ToString(CultureInfo.InvariantCulture), ended.LastLines, before.Directory, ended.LogFile);
            }
        }
    }

    /// <summary>Checks that an image's commands can be started.</summary>
    /// <exception cref="ReleaseException"><c>BuildCommandNotFound</c>.</exception>
    public void Check(ReleaseImage image)
    {
        foreach (var before in image.Before)
            _ = Find(image.Name, before);
    }

    private async Task<CommandEnd> RunAsync(string image, BuildCommand before, BuildLog log, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        var last = new LastLines(BuildKitOutputParser.LinesKept);
        var lines = PipeTarget.ToDelegate(line =>
        {
            line = TerminalText.Neutralise(hidden.Mask(line));
            log.WriteLine(line);
            lock (last)
                last.Add(line);
            observer.Report(new BuildOutput(image, line));
        });
        log.WriteLine($"$ {Text(before)}");
        var ended = await Cli.Wrap(Find(image, before)).WithArguments(before.Command.Skip(1)).WithWorkingDirectory(before.Directory)
            .WithEnvironmentVariables(environment.ToDictionary(variable => variable.Key, variable => (string?)variable.Value, StringComparer.Ordinal))
            .WithValidation(CommandResultValidation.None).WithStandardOutputPipe(lines).WithStandardErrorPipe(lines).ExecuteAsync(cancellationToken);
        return new CommandEnd(ended.ExitCode, string.Concat(last.ToList().Select(line => $"{Environment.NewLine}  {line}")), log.Path);
    }

    /// <summary>Looks up the secrets of all images that are known; who comes meanwhile waits until they are hidden.</summary>
    private void HideSecrets()
    {
        lock (known)
        {
            while (known.TryDequeue(out var one))
                BuildSecrets.AddTo(hidden, one.Image, one.Variable);
        }
    }

    private string Find(string image, BuildCommand before)
    {
        var program = before.Command[0];
        var found = program.AsSpan().ContainsAny('/', '\\')
            ? Path.GetFullPath(program, before.Directory) is var path && File.Exists(path) ? path : null
            : ExecutableLookup.Find(program, environment);
        return found ?? throw ReleaseException.For(nameof(Messages.BuildCommandNotFound), ErrorKind.NotInstalled, image, image, program, before.Directory);
    }

    // A word may be made of a variable that is a secret.
    private string Text(BuildCommand before) => hidden.Mask(string.Join(' ', before.Command));

    private sealed record CommandEnd(int ExitCode, string LastLines, string LogFile);
}
