namespace ReleaseTools.Engine.Releases.Source;

/// <summary>Reads what <c>git ls-tree -r -z</c> writes: <c>mode type id TAB path</c> for each file of a commit, and for each submodule (git-ls-tree(1)).</summary>
internal static class GitTree
{
    public static IEnumerable<SourceFile> Parse(string output)
    {
        foreach (var entry in output.Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            var tab = entry.IndexOf('\t', StringComparison.Ordinal);
            var told = entry[..tab].Split(' ');
            yield return new(entry[(tab + 1)..], told[0], told[2]);
        }
    }
}
