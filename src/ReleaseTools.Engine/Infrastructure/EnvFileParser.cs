using System.Text;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>
/// Parses an env file: <c>[export ]NAME=value</c>, comments, values bare, in single or in double quotes, over several lines where quoted.
/// <c>${NAME}</c> and <c>${NAME:-default}</c> in double quotes and bare values stand for a variable further up.
/// </summary>
/// <remarks>
/// Own code, for what this file needs of a parser: variables come from the file alone and never from the process, comments count (they mark sensitive
/// variables), an error tells the line and never a value, and what <see cref="EnvFileQuoting"/> writes is read back equal.
/// </remarks>
internal sealed class EnvFileParser(string file, string text)
{
    /// <summary>Behind a value: terraform calls the output sensitive.</summary>
    public const string SensitiveMark = "# sensitive";

    private readonly Dictionary<string, InfraVariable> variables = new(StringComparer.Ordinal);
    private readonly List<string> order = [];
    private int at;

    public IReadOnlyList<InfraVariable> Parse()
    {
        while (SkipToAssignment())
        {
            var name = ReadName();
            var value = ReadValue();
            var comment = ReadRestOfLine();
            if (comment.Length > 0 && comment[0] != '#')
                throw Invalid("there is something behind the value's closing quote");
            if (!variables.ContainsKey(name))
                order.Add(name);
            variables[name] = new(name, value, comment.StartsWith(SensitiveMark, StringComparison.Ordinal));
        }

        return [.. order.Select(name => variables[name])];
    }

    private char Here => at < text.Length ? text[at] : '\0';

    private bool AtEndOfLine => at >= text.Length || Here is '\n' or '\r';

    private bool SkipToAssignment()
    {
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(Here) || Here == '\uFEFF')
                at++;
            else if (Here == '#')
                _ = ReadRestOfLine();
            else
                return true;
        }

        return false;
    }

    private string ReadName()
    {
        if (string.CompareOrdinal(text, at, "export ", 0, 7) == 0)
        {
            at += 7;
            SkipBlanks();
        }

        var start = at;
        while (char.IsAsciiLetterOrDigit(Here) || Here == '_')
            at++;
        var name = text[start..at];
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            throw Invalid("it does not begin with a variable's name");
        SkipBlanks();
        if (Here != '=')
            throw Invalid("there is no '=' behind the name");
        at++;
        SkipBlanks();
        return name;
    }

    private string ReadValue() => Here switch
    {
        '\'' => ReadSingleQuoted(),
        '"' => ReadDoubleQuoted(),
        _ => ReadBare(),
    };

    private string ReadSingleQuoted()
    {
        var end = text.IndexOf('\'', at + 1);
        if (end < 0)
            throw Invalid("its quote is not closed");
        var value = text[(at + 1)..end];
        at = end + 1;
        return value;
    }

    private string ReadDoubleQuoted()
    {
        var opening = at++;
        var value = new StringBuilder();
        while (Here != '"')
        {
            if (at >= text.Length)
            {
                at = opening;
                throw Invalid("its quote is not closed");
            }

            if (Here == '\\' && at + 1 < text.Length)
            {
                value.Append(Unescaped(text[at + 1]));
                at += 2;
            }
            else if (Here == '$' && at + 1 < text.Length && text[at + 1] == '{')
            {
                value.Append(ReadReference());
            }
            else
            {
                value.Append(Here);
                at++;
            }
        }

        at++;
        return value.ToString();
    }

    private string ReadBare()
    {
        var value = new StringBuilder();
        while (!AtEndOfLine && !(Here == '#' && (value.Length == 0 || char.IsWhiteSpace(value[^1]))))
        {
            if (Here == '$' && at + 1 < text.Length && text[at + 1] == '{')
            {
                value.Append(ReadReference());
            }
            else
            {
                value.Append(Here);
                at++;
            }
        }

        return value.ToString().TrimEnd();
    }

    private string ReadReference()
    {
        var end = text.IndexOf('}', at);
        if (end < 0)
            throw Invalid("a '${' is not closed");
        var reference = text[(at + 2)..end];
        var split = reference.IndexOf(":-", StringComparison.Ordinal);
        var name = split < 0 ? reference : reference[..split];
        if (!variables.TryGetValue(name, out var variable) && split < 0)
            throw Invalid("it refers to a variable that no line above it sets");
        at = end + 1;
        return variable is null || (split >= 0 && variable.Reveal().Length == 0) ? reference[(split + 2)..] : variable.Reveal();
    }

    /// <summary>What both a shell and python-dotenv make of it, and python-dotenv's reading of the letters, which is what their writers mean.</summary>
    private static string Unescaped(char escaped) => escaped switch
    {
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        '"' or '\\' or '$' or '`' or '\'' => escaped.ToString(),
        '\n' => "",
        _ => $"\\{escaped}",
    };

    private string ReadRestOfLine()
    {
        SkipBlanks();
        var start = at;
        while (!AtEndOfLine)
            at++;
        return text[start..at].TrimEnd();
    }

    private void SkipBlanks()
    {
        while (Here is ' ' or '\t')
            at++;
    }

    private ReleaseException Invalid(string why)
    {
        var line = text.AsSpan(0, Math.Min(at, text.Length)).Count('\n') + 1;
        return ReleaseException.For(nameof(Messages.EnvFileInvalid), ErrorKind.InvalidArgument, file, file, line, why);
    }
}
