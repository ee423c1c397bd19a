using System.Text;
using System.Text.RegularExpressions;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>The infra env file: written from terraform's outputs, read by people's shells, by python-dotenv and by the release.</summary>
public static partial class InfraEnvironmentFile
{
    private const string Header = """
        # Written from the outputs of terraform in this workspace; changes made here are overwritten.
        # Read it with a POSIX shell's `.` or with python-dotenv.
        """;

    /// <summary>Reads an env file. Nothing is set in the process, and nothing is taken from it.</summary>
    /// <exception cref="ReleaseException">EnvFileNotFound, EnvFileInvalid (with the line, never the value).</exception>
    public static async Task<InfraEnvironment> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(full))
            throw NotFound(full, "it is to be read");
        var text = await File.ReadAllTextAsync(full, Encoding.UTF8, cancellationToken).ConfigureAwait(false);
        return new() { Path = full, Variables = new EnvFileParser(full, text).Parse() };
    }

    /// <summary>The error that an env file is not there.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="why">What it is needed for.</param>
    internal static ReleaseException NotFound(string path, string why) => ReleaseException.For(nameof(Messages.EnvFileNotFound), ErrorKind.NotFound, path, path, why);

    /// <summary>Reads an env file where it is there.</summary>
    /// <exception cref="ReleaseException">EnvFileInvalid.</exception>
    public static async Task<InfraEnvironment?> ReadIfThereAsync(string? path, CancellationToken cancellationToken) =>
        path is not null && File.Exists(path) ? await ReadAsync(path, cancellationToken).ConfigureAwait(false) : null;

    /// <summary>
    /// Writes the file in one step, readable to its owner alone. A file that holds the same already is left as it is. Sensitive variables are
    /// marked, so that a reader masks them too.
    /// </summary>
    /// <returns>Whether it was written.</returns>
    /// <exception cref="ReleaseException">EnvFileNameClash, EnvFileNameInvalid.</exception>
    public static async Task<bool> WriteAsync(string path, IReadOnlyList<InfraVariable> variables, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        if (new FileInfo(full) is { LinkTarget: not null } link && link.ResolveLinkTarget(returnFinalTarget: true) is { } target)
            full = target.FullName;
        var bytes = Encoding.UTF8.GetBytes(Text(full, variables, observer));
        if (File.Exists(full) && (await File.ReadAllBytesAsync(full, cancellationToken).ConfigureAwait(false)).AsSpan().SequenceEqual(bytes))
        {
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(full, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return false;
        }

        await ReplaceAsync(full, bytes, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static string Text(string path, IReadOnlyList<InfraVariable> variables, IReleaseObserver observer)
    {
        if (variables.GroupBy(variable => variable.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } clash)
            throw ReleaseException.For(nameof(Messages.EnvFileNameClash), ErrorKind.InvalidArgument, path, clash.Key);
        if (variables.FirstOrDefault(variable => !VariableName().IsMatch(variable.Name)) is { } invalid)
            throw ReleaseException.For(nameof(Messages.EnvFileNameInvalid), ErrorKind.InvalidArgument, path, invalid.Name);

        var text = new StringBuilder(Header.ReplaceLineEndings("\n")).Append('\n');
        foreach (var variable in variables)
        {
            if (EnvFileQuoting.CanHold(variable.Reveal()))
            {
                text.Append(EnvFileQuoting.Assignment(variable.Name, variable.Reveal())).Append(variable.IsSensitive ? $" {EnvFileParser.SensitiveMark}\n" : "\n");
                continue;
            }

            text.Append('#').Append(' ').Append(variable.Name).Append(" is left out: it holds a carriage return, which env files cannot.\n");
            observer.Report(new Warned(path, $"{variable.Name} is left out of the env file: it holds a carriage return, which python-dotenv cannot read back."));
        }

        return text.ToString();
    }

    private static async Task ReplaceAsync(string path, byte[] bytes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            await using (var file = new FileStream(temporary, options))
            {
                await file.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
                file.Flush(flushToDisk: true); // or a crash leaves an empty file behind the new name
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    [GeneratedRegex(@"^[A-Z_][A-Z0-9_]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex VariableName();
}
