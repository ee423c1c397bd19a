namespace ReleaseTools.Engine.Releases.Source;

/// <summary>What <c>git status</c> says of a path.</summary>
/// <param name="Path">From the repository's root, with <c>/</c>; a folder of which git knows nothing ends with one.</param>
/// <param name="IsTracked">Whether git knows it.</param>
/// <param name="DiffersFromIndex">Whether what lies on disk is not what is staged.</param>
/// <param name="Mode">The mode on disk; <see cref="GitStatus.Absent"/> where nothing is there.</param>
internal sealed record GitChange(string Path, bool IsTracked, bool DiffersFromIndex, string Mode);

/// <summary>Reads what <c>git status --porcelain=v2 -z</c> writes.</summary>
/// <remarks>
/// See git-status(1), "Porcelain Format Version 2":
/// <code>
/// 1 XY sub mH mI mW hH hI path              changed; X in the index, Y on disk
/// u XY sub m1 m2 m3 mW h1 h2 h3 path        a merge left it undecided
/// ? path                                    git does not know it
/// </code>
/// Renames are not asked for, so that no entry has two paths.
/// </remarks>
internal static class GitStatus
{
    /// <summary>The mode of what is not there.</summary>
    public const string Absent = "000000";

    public static IEnumerable<GitChange> Parse(string output)
    {
        foreach (var entry in output.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (entry[0])
            {
                case '1':
                    var changed = entry.Split(' ', 9);
                    yield return new(changed[8], IsTracked: true, changed[1][1] != '.', changed[5]);
                    break;
                case 'u':
                    var undecided = entry.Split(' ', 11);
                    yield return new(undecided[10], IsTracked: true, DiffersFromIndex: true, undecided[6]);
                    break;
                case '?':
                    yield return new(entry[2..], IsTracked: false, DiffersFromIndex: true, SourceFile.Regular);
                    break;
            }
        }
    }
}
