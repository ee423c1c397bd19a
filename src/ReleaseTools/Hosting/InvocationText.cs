using System.Management.Automation;

namespace ReleaseTools.Hosting;

/// <summary>A command as it was called, for people to type again.</summary>
internal static class InvocationText
{
    /// <summary>The command and its parameters; none whose value is an object or that is about this run alone.</summary>
    public static string Of(InvocationInfo invocation)
    {
        var words = new List<string> { invocation.MyCommand.Name };
        foreach (var (name, value) in invocation.BoundParameters.OrderBy(parameter => parameter.Key, StringComparer.Ordinal))
        {
            switch (value)
            {
                case SwitchParameter { IsPresent: true } when name is not ("WhatIf" or "Confirm" or "Verbose" or "Debug"):
                    words.Add($"-{name}");
                    break;
                case string or int or long or Enum when name is not ("ErrorAction" or "WarningAction" or "InformationAction" or "ProgressAction" or "OutVariable" or "ErrorVariable"):
                    words.Add($"-{name} {Quoted($"{value}")}");
                    break;
            }
        }

        return string.Join(' ', words);
    }

    private static string Quoted(string word) =>
        word.Length > 0 && word.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.' or '/' or ':' or '\\')
            ? word
            : $"'{word.Replace("'", "''", StringComparison.Ordinal)}'";
}
