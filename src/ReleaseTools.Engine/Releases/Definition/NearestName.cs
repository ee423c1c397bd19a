namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>Finds what somebody probably meant.</summary>
internal static class NearestName
{
    /// <summary>The nearest of <paramref name="known"/>, or null where none is near: more than a third of it would have to change.</summary>
    public static string? Find(string name, IEnumerable<string> known) =>
        known.Select(candidate => (candidate, distance: Distance(name.ToUpperInvariant(), candidate.ToUpperInvariant())))
            .Where(found => found.distance <= Math.Max(1, Math.Max(name.Length, found.candidate.Length) / 3))
            .OrderBy(found => found.distance).ThenBy(found => found.candidate, StringComparer.Ordinal)
            .Select(found => found.candidate).FirstOrDefault();

    /// <summary>The question that is put behind an error, or nothing.</summary>
    public static string Ask(string name, IEnumerable<string> known) => Find(name, known) is { } near ? $" Did you mean '{near}'?" : "";

    /// <summary>Levenshtein's distance, where two neighbours that changed places count once.</summary>
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var change = a[i - 1] == b[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }
}
