using System.Management.Automation.Language;
using System.Text.RegularExpressions;

namespace ReleaseTools.Shell;

/// <summary>What the shell was asked to run.</summary>
internal sealed partial record ShellArguments
{
    public const string Usage =
        """
        Runs a script or a line in PowerShell's engine, with the ReleaseTools module imported.

          dotnet run --project src/ReleaseTools.Shell -- [--module <path>] <script.ps1> [<argument>...]
          dotnet run --project src/ReleaseTools.Shell -- [--module <path>] -Command '<line>'

          --module    the module's folder or manifest; out/ReleaseTools of this repository when left out
          -Command    the line to run (-c)
          -Help       this text (-h)

        It exits with the script's exit code, with 1 after a terminating error, and with 130 after Ctrl-C.
        """;

    /// <summary>The module's folder or manifest, where one was given.</summary>
    public string? Module { get; private init; }

    /// <summary>The script's full path; null where a line is to be run.</summary>
    public string? ScriptPath { get; private init; }

    /// <summary>The script's arguments.</summary>
    public IReadOnlyList<string> ScriptArguments { get; private init; } = [];

    /// <summary>The line to run; null where a script is.</summary>
    public string? Line { get; private init; }

    /// <summary>Reads the command line.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="problem">What is wrong with it; null when nothing is, or when help was asked for.</param>
    /// <returns>Null when there is nothing to run.</returns>
    public static ShellArguments? Parse(IReadOnlyList<string> args, out string? problem)
    {
        problem = null;
        string? module = null;
        for (var index = 0; index < args.Count; index++)
        {
            var rest = args.Skip(index + 1).ToList();
            switch (args[index].ToUpperInvariant())
            {
                case "-H" or "-?" or "-HELP" or "--HELP":
                    return null;
                case "--MODULE" or "-MODULE" when rest.Count > 0:
                    module = rest[0];
                    index++;
                    break;
                case "-C" or "-COMMAND" or "--COMMAND" when rest.Count > 0:
                    return new ShellArguments { Module = module, Line = string.Join(' ', rest) };
                case ['-', ..]:
                    problem = $"'{args[index]}' is not known here, or lacks its value.";
                    return null;
                default:
                    return ForScript(module, args[index], rest, out problem);
            }
        }

        problem = "There is nothing to run.";
        return null;
    }

    /// <summary>
    /// What the engine is given. A script that ends with <c>exit</c> leaves <c>$?</c> false and its code in <c>$LASTEXITCODE</c>; a line
    /// fails when its last command did. Both as in <c>pwsh -File</c> and <c>pwsh -Command</c>.
    /// </summary>
    public string ToScript() => ScriptPath is null
        ? $"{Line}\nif (-not $?) {{ exit {ExitCode.Error} }}"
        : $"& {Quoted(ScriptPath)} {string.Join(' ', ScriptArguments.Select(Argument))}\nif (-not $?) {{ exit $LASTEXITCODE }}";

    private static ShellArguments? ForScript(string? module, string path, List<string> arguments, out string? problem)
    {
        var full = Path.GetFullPath(path);
        problem = File.Exists(full) ? null : $"There is no script '{path}' (looked for {full}).";
        return problem is null ? new ShellArguments { Module = module, ScriptPath = full, ScriptArguments = arguments } : null;
    }

    private static string Argument(string argument)
    {
        if (ParameterPattern().Match(argument) is not { Success: true } parameter)
            return Quoted(argument);
        var value = parameter.Groups["value"].Value;
        return value.ToUpperInvariant() switch
        {
            "" => parameter.Groups["name"].Value,
            "$TRUE" or "$FALSE" => $"{parameter.Groups["name"].Value}:{value}",
            _ => $"{parameter.Groups["name"].Value}:{Quoted(value)}",
        };
    }

    private static string Quoted(string text) => $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";

    [GeneratedRegex(@"^(?<name>-[\p{L}_]\w*)(:(?<value>.*))?$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ParameterPattern();
}
