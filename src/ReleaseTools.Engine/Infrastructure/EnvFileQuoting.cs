using System.Text;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>
/// Writes a value so that a POSIX shell's <c>.</c> and python-dotenv (1.x) read back the same.
/// </summary>
/// <remarks>
/// Where the two differ, and what is done about it:
/// <list type="bullet">
/// <item>python-dotenv fills <c>${…}</c> in single quotes too, and knows no escape for it. Both fill <c>${UNSET:-$}</c> with a dollar sign in double quotes.</item>
/// <item>It takes <c>\\</c> and <c>\'</c> in single quotes as escapes; a shell takes no escapes there. So such values go into double quotes.</item>
/// <item>It knows no <c>\`</c> and no <c>\$</c> in double quotes. A value with a backtick is put together from the same name, set to a backtick on the line before.</item>
/// <item>It takes the <c>\"</c> at the end of <c>"…\\"</c> for an escape where a later quote lets it. An empty <c>${…:-}</c> goes between.</item>
/// <item>It reads a carriage return as a line end. Nothing helps: such values cannot be written.</item>
/// </list>
/// </remarks>
internal static class EnvFileQuoting
{
    /// <summary>Names that nobody sets.</summary>
    private const string Dollar = "${_RELEASETOOLS_DOLLAR:-$}", Nothing = "${_RELEASETOOLS_NOTHING:-}";

    /// <summary>Whether a value can be written.</summary>
    public static bool CanHold(string value) => value.IndexOfAny(['\r', '\0']) < 0;

    /// <summary>The assignment, without line end; over two lines where the value needs it.</summary>
    public static string Assignment(string name, string value)
    {
        if (!value.Contains('\'', StringComparison.Ordinal) && !value.Contains("${", StringComparison.Ordinal)
            && !value.Contains(@"\\", StringComparison.Ordinal) && !value.EndsWith('\\'))
            return $"{name}='{value}'";
        return value.Contains('`', StringComparison.Ordinal)
            ? $"{name}='`'\n{name}={DoubleQuoted(value, $"${{{name}}}")}"
            : $"{name}={DoubleQuoted(value, backtick: "")}";
    }

    private static string DoubleQuoted(string value, string backtick)
    {
        var quoted = new StringBuilder("\"");
        foreach (var character in value)
        {
            _ = character switch
            {
                '\\' => quoted.Append(@"\\"),
                '"' => quoted.Append("\\\""),
                '$' => quoted.Append(Dollar),
                '`' => quoted.Append(backtick),
                _ => quoted.Append(character),
            };
        }

        return quoted.Append(value.EndsWith('\\') ? Nothing : "").Append('"').ToString();
    }
}
