using System.Text;

namespace ReleaseTools.Sandbox.CodeBuild.Shell;

/// <summary>
/// Splits a command line into words as a POSIX shell does: quotes, backslashes, <c>$NAME</c>, <c>${NAME}</c> and
/// <c>${NAME:-default}</c>, with what an unquoted variable holds split again at blanks (so an empty one is no word at all).
/// </summary>
internal sealed class ShellWords
{
    private readonly string text;
    private readonly Func<string, string?> variable;
    private readonly List<string> words = [];
    private readonly StringBuilder word = new();
    private bool hasWord;
    private int at;

    private ShellWords(string text, Func<string, string?> variable)
    {
        this.text = text;
        this.variable = variable;
    }

    /// <summary>The words of a command line. Operators (<c>|</c>, <c>&amp;&amp;</c>, <c>;</c>, …) are words of their own, marked with a leading NUL.</summary>
    public static IReadOnlyList<string> Split(string text, Func<string, string?> variable) => new ShellWords(text, variable).Run();

    /// <summary>Fills variables in without splitting, as Dockerfile instructions do.</summary>
    public static string Expand(string text, Func<string, string?> variable)
    {
        var filled = new StringBuilder();
        for (var index = 0; index < text.Length;)
        {
            if (text[index] == '\\' && index + 1 < text.Length && text[index + 1] == '$')
            {
                filled.Append('$');
                index += 2;
            }
            else if (text[index] == '$' && Variable(text, ref index, variable) is { } value)
            {
                filled.Append(value);
            }
            else
            {
                filled.Append(text[index++]);
            }
        }
        return filled.ToString();
    }

    private List<string> Run()
    {
        while (at < text.Length)
        {
            var c = text[at];
            if (c is ' ' or '\t')
                EndWord();
            else if (c == '#' && !hasWord)
                break;
            else if (c is '|' or '&' or ';' or '>' or '<')
                Operator(c);
            else if (c == '\'')
                SingleQuoted();
            else if (c == '"')
                DoubleQuoted();
            else if (c == '\\' && at + 1 < text.Length)
                Add(text[++at]);
            else if (c == '$')
                Unquoted();
            else
                Add(c);
            at++;
        }
        EndWord();
        return words;
    }

    private void Operator(char c)
    {
        EndWord();
        var doubled = at + 1 < text.Length && text[at + 1] == c;
        words.Add("\0" + (doubled ? new string(c, 2) : c.ToString()));
        if (doubled)
            at++;
    }

    private void SingleQuoted()
    {
        hasWord = true;
        while (++at < text.Length && text[at] != '\'')
            word.Append(text[at]);
    }

    private void DoubleQuoted()
    {
        hasWord = true;
        while (++at < text.Length && text[at] != '"')
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\' or '$' or '`')
            {
                word.Append(text[++at]);
            }
            else if (text[at] == '$' && Variable(text, ref at, variable) is { } value)
            {
                word.Append(value);
                at--;
            }
            else
            {
                word.Append(text[at]);
            }
        }
    }

    private void Unquoted()
    {
        if (Variable(text, ref at, variable) is not { } value)
        {
            Add('$');
            return;
        }
        at--;
        foreach (var c in value)
        {
            if (c is ' ' or '\t' or '\n')
                EndWord();
            else
                Add(c);
        }
    }

    private void Add(char c)
    {
        word.Append(c);
        hasWord = true;
    }

    private void EndWord()
    {
        if (hasWord)
            words.Add(word.ToString());
        word.Clear();
        hasWord = false;
    }

    // Reads the variable at `index`, which is moved behind it; null, and not moved, where the dollar stands for itself.
    private static string? Variable(string text, ref int index, Func<string, string?> variable)
    {
        var start = index + 1;
        var braced = start < text.Length && text[start] == '{';
        if (braced)
            start++;
        var end = start;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
            end++;
        if (end == start)
            return null;
        var value = variable(text[start..end]);
        if (!braced)
        {
            index = end;
            return value ?? string.Empty;
        }
        var close = text.IndexOf('}', end);
        if (close < 0)
            return null;
        if (text[end..close].StartsWith(":-", StringComparison.Ordinal) && string.IsNullOrEmpty(value))
            value = text[(end + 2)..close];
        index = close + 1;
        return value ?? string.Empty;
    }
}
