using System.Text;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>A class of characters in a pattern: <c>[a-c_]</c>, <c>[^a-c_]</c>. A <c>]</c> that comes first, and what follows a backslash, stand for themselves.</summary>
internal sealed class DockerIgnoreClass
{
    private readonly List<(Rune First, Rune Last)> ranges = [];
    private bool isNegated;

    /// <summary>Reads the class that begins at a place, and moves the place behind it; null where it is none, or one of another kind, such as <c>[[:alpha:]]</c>.</summary>
    public static DockerIgnoreClass? Read(string pattern, ref int at)
    {
        var read = new DockerIgnoreClass();
        var i = at + 1;
        if (i < pattern.Length && pattern[i] == '^')
        {
            read.isNegated = true;
            i++;
        }

        for (var first = true; i < pattern.Length; first = false)
        {
            if (pattern[i] == ']' && !first)
            {
                at = i + 1;
                return read;
            }

            if (ReadCharacter(pattern, ref i) is not { } from)
                return null;
            var to = from;
            if (i + 1 < pattern.Length && pattern[i] == '-' && pattern[i + 1] != ']')
            {
                i++;
                if (ReadCharacter(pattern, ref i) is not { } last || last < from)
                    return null;
                to = last;
            }

            read.ranges.Add((from, to));
        }

        return null;
    }

    public bool Contains(Rune rune) => ranges.Exists(range => rune >= range.First && rune <= range.Last) != isNegated;

    private static Rune? ReadCharacter(string pattern, ref int i)
    {
        if (pattern[i] == '[' && i + 1 < pattern.Length && pattern[i + 1] == ':')
            return null;
        if (pattern[i] == '\\' && (++i >= pattern.Length || char.IsAsciiLetterOrDigit(pattern[i])))
            return null;
        if (!Rune.TryGetRuneAt(pattern, i, out var rune))
            return null;
        i += rune.Utf16SequenceLength;
        return rune;
    }
}
