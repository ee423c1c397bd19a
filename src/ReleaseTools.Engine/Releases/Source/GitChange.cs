namespace ReleaseTools.Engine.Releases.Source;

/// <summary>A file whose content in the working tree is not the commit's.</summary>
/// <param name="Path">Its path from the repository's root, with <c>/</c>.</param>
/// <param name="IsTracked">Whether git knows it; an ignored file is no change.</param>
internal sealed record GitChange(string Path, bool IsTracked);

/// <summary>What <c>git status --porcelain=v2 --branch -z</c> says.</summary>
/// <param name="Commit">The commit's hash; null before the first commit.</param>
/// <param name="Changes">The changed files, by path.</param>
/// <param name="Ignored">Ignored files, and folders that are ignored as a whole; from the repository's root, by path, without a slash at the end.</param>
internal sealed record GitStatus(string? Commit, IReadOnlyList<GitChange> Changes, IReadOnlyList<string> Ignored)
{
    /// <remarks>See git-status(1), "Porcelain Format Version 2". Renames are not asked for, so that no entry has two paths.</remarks>
    public static GitStatus Parse(string output)
    {
        const string CommitHeader = "# branch.oid ";
        string? commit = null;
        var changes = new List<GitChange>();
        var ignored = new List<string>();
        foreach (var entry in output.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            if (entry.StartsWith(CommitHeader, StringComparison.Ordinal))
                commit = entry[CommitHeader.Length..] is var oid && oid.StartsWith('(') ? null : oid;
            else if (entry[0] == '?')
                changes.Add(new(entry[2..], IsTracked: false));
            else if (entry[0] == '!')
                ignored.Add(entry[2..].TrimEnd('/'));
            else if (entry[0] is '1' or 'u')
                changes.Add(new(entry.Split(' ', entry[0] == '1' ? 9 : 11)[^1], IsTracked: true));
        }

        return new(commit, [.. changes.OrderBy(change => change.Path, StringComparer.Ordinal)], [.. ignored.Order(StringComparer.Ordinal)]);
    }
}
