namespace ReleaseTools.Hosting;

/// <summary>Breaks text between words.</summary>
internal static class TextWrap
{
    /// <summary>The lines of a text. A word longer than a line stays whole, so that it can be copied.</summary>
    public static IReadOnlyList<string> Lines(string text, int width) =>
        text.Length == 0 ? [] : [.. text.ReplaceLineEndings("\n").Split('\n').SelectMany(line => Wrap(line, width))];

    private static IEnumerable<string> Wrap(string line, int width)
    {
        var rest = line.TrimEnd();
        var indent = rest.Length - rest.TrimStart().Length;
        while (rest.Length > width)
        {
            var end = rest.LastIndexOf(' ', width);
            if (end <= indent)
                end = rest.IndexOf(' ', Math.Min(Math.Max(width, indent), rest.Length));
            if (end < 0)
                break;
            yield return rest[..end].TrimEnd();
            rest = new string(' ', indent) + rest[end..].TrimStart();
        }

        yield return rest;
    }
}
