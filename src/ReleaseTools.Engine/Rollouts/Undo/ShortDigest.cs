using System.Text.RegularExpressions;

namespace ReleaseTools.Engine.Rollouts.Undo;

/// <summary>A digest as tables and sentences print it: its algorithm and the first of its digits (<see cref="Reporting.Words.Digest"/>).</summary>
internal static partial class ShortDigest
{
    /// <summary>Whether a text is the beginning of a digest.</summary>
    public static bool Is(string text) => Beginning().IsMatch(text);

    /// <summary>The digests that begin so, each once.</summary>
    public static IReadOnlyList<string> Whole(string text, IEnumerable<string?> known) =>
        [.. known.OfType<string>().Where(digest => digest.StartsWith(text, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)];

    [GeneratedRegex("^sha256:[0-9a-f]{1,63}$", RegexOptions.NonBacktracking)]
    private static partial Regex Beginning();
}
