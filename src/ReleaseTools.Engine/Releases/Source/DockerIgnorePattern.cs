using System.Buffers;
using System.Text;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>A line of an ignore file.</summary>
/// <remarks>
/// As moby's patternmatcher has it, which is Go's <c>filepath.Match</c> and more:
/// <code>
/// *        anything but a slash          **/     any folders, also none; at the end anything
/// ?        one character but a slash     [a-c]   one of these, [^a-c] none of these, a slash included
/// \x       x itself; on Windows a backslash is a slash
/// </code>
/// Where <c>**</c> stands at the beginning and nothing else is special, the rest is what a path ends with; where it stands at the
/// end so, the rest is what a path begins with. A pattern that is not understood leaves nothing out, and takes everything back:
/// so a file counts rather than not.
/// </remarks>
internal sealed class DockerIgnorePattern
{
    private static readonly SearchValues<char> Special = SearchValues.Create("*?[]\\");

    private readonly string text;
    private readonly Kind kind;
    private readonly IReadOnlyList<Part> parts = [];
    private readonly string ending = "";

    private DockerIgnorePattern(string text, bool takesBack)
    {
        (this.text, TakesBack) = (text, takesBack);
        var hasStars = text.StartsWith("**", StringComparison.Ordinal);
        if (hasStars && !text.AsSpan(2).ContainsAny(Special))
            (kind, this.text) = (Kind.End, text[2..]);
        else if (text.EndsWith("**", StringComparison.Ordinal) && !text.AsSpan(0, text.Length - 2).ContainsAny(Special))
            (kind, this.text) = (Kind.Beginning, text[..^2]);
        else if (text.AsSpan().ContainsAny(Special))
            (kind, parts) = Read(text) is { } read ? (Kind.Parts, read) : (Kind.NotUnderstood, []);
        if (parts is [.., { Kind: PartKind.Text } last])
            ending = last.Text;
    }

    private enum Kind
    {
        Whole,
        Beginning,
        End,
        Parts,
        NotUnderstood,
    }

    private enum PartKind
    {
        Text,
        One,
        Star,
        Folders,
        Anything,
    }

    /// <summary>Whether what it fits stays in the context.</summary>
    public bool TakesBack { get; }

    /// <summary>The pattern of a line; null where there is none on it.</summary>
    public static DockerIgnorePattern? Parse(string line)
    {
        // A line is cleaned before the pattern is looked at, so that ./!a takes back as well.
        var pattern = line.StartsWith('!') ? $"!{Clean(line[1..].Trim())}" : Clean(line);
        var takesBack = pattern.StartsWith('!');
        return pattern is "" or "!" ? null : new(takesBack ? pattern[1..] : pattern, takesBack);
    }

    /// <summary>Whether it fits a path from the context's root.</summary>
    public bool Fits(string path) => kind switch
    {
        Kind.Whole => string.Equals(path, text, StringComparison.Ordinal),
        Kind.Beginning => path.StartsWith(text, StringComparison.Ordinal),
        Kind.End => path.EndsWith(text, StringComparison.Ordinal) || (text is ['/', ..] && path.AsSpan().SequenceEqual(text.AsSpan(1))),
        Kind.Parts => path.EndsWith(ending, StringComparison.Ordinal) && Fits(path, 0),
        _ => TakesBack,
    };

    /// <summary>Go's <c>filepath.Clean</c>, and no slash at the beginning.</summary>
    private static string Clean(string pattern)
    {
        if (OperatingSystem.IsWindows())
            pattern = pattern.Replace('\\', '/');
        var cleaned = new List<string>();
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part is not "."))
        {
            if (part is not ".." || (cleaned.Count == 0 && !pattern.StartsWith('/')) || cleaned is [.., ".."])
                cleaned.Add(part);
            else if (cleaned.Count > 0)
                cleaned.RemoveAt(cleaned.Count - 1);
        }

        return string.Join('/', cleaned);
    }

    private static List<Part>? Read(string pattern)
    {
        var read = new List<Part>();
        var literal = new StringBuilder();
        for (var i = 0; i < pattern.Length;)
        {
            if (ReadLiteral(pattern, ref i, literal))
                continue;
            EndLiteral();
            switch (pattern[i])
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    i += i + 2 < pattern.Length && pattern[i + 2] == '/' ? 3 : 2;
                    read.Add(new(i < pattern.Length ? PartKind.Folders : PartKind.Anything));
                    break;
                case '*':
                    read.Add(new(PartKind.Star));
                    i++;
                    break;
                case '?':
                    read.Add(new(PartKind.One));
                    i++;
                    break;
                case '[' when DockerIgnoreClass.Read(pattern, ref i) is { } characters:
                    read.Add(new(PartKind.One, Characters: characters));
                    break;
                default:
                    return null;
            }
        }

        EndLiteral();
        return read;

        void EndLiteral()
        {
            if (literal.Length > 0)
                read.Add(new(PartKind.Text, literal.ToString()));
            literal.Clear();
        }
    }

    /// <summary>Reads a character that stands for itself.</summary>
    private static bool ReadLiteral(string pattern, ref int i, StringBuilder literal)
    {
        switch (pattern[i])
        {
            case '*' or '?' or '[':
            case '^': // begins the text, wherever it stands
            case '\\' when i + 1 == pattern.Length || char.IsAsciiLetterOrDigit(pattern[i + 1]): // such as \d, which nobody means
                return false;
            case '\\':
                i++;
                break;
        }

        literal.Append(pattern[i++]);
        return true;
    }

    private bool Fits(ReadOnlySpan<char> path, int at)
    {
        for (; at < parts.Count; at++)
        {
            var part = parts[at];
            switch (part.Kind)
            {
                case PartKind.Text when path.StartsWith(part.Text, StringComparison.Ordinal):
                    path = path[part.Text.Length..];
                    break;
                case PartKind.One when Rune.DecodeFromUtf16(path, out var rune, out var length) == OperationStatus.Done && (part.Characters?.Contains(rune) ?? rune.Value != '/'):
                    path = path[length..];
                    break;
                case PartKind.Anything:
                    return !path.Contains('\n'); // as in the regular expression that it becomes
                case PartKind.Star:
                    return FitsAfterCharacters(path, at + 1);
                case PartKind.Folders:
                    return FitsAfterFolders(path, at + 1);
                default:
                    return false;
            }
        }

        return path.IsEmpty;
    }

    private bool FitsAfterCharacters(ReadOnlySpan<char> path, int at)
    {
        for (var i = 0; ; i++)
        {
            if (Fits(path[i..], at))
                return true;
            if (i == path.Length || path[i] == '/')
                return false;
        }
    }

    private bool FitsAfterFolders(ReadOnlySpan<char> path, int at)
    {
        if (Fits(path, at))
            return true;
        for (var i = 0; i < path.Length && path[i] != '\n'; i++)
        {
            if (path[i] == '/' && Fits(path[(i + 1)..], at))
                return true;
        }

        return false;
    }

    private readonly record struct Part(PartKind Kind, string Text = "", DockerIgnoreClass? Characters = null);
}
