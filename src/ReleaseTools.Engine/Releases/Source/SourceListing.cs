namespace ReleaseTools.Engine.Releases.Source;

/// <summary>What lies at some paths of a workspace. Names are from the workspace, with <c>/</c>.</summary>
/// <param name="Known">What git knows, as it is on disk.</param>
/// <param name="Others">Files and folders that git does not know, ignored or not. They are there, and have not been read.</param>
/// <param name="Unignored">Those files among them that git does not ignore, and repositories of others as a whole; empty unless asked for.</param>
/// <param name="Ids">How the repository makes its ids.</param>
internal sealed record SourceListing(IReadOnlyList<SourceFile> Known, IReadOnlyList<string> Others, IReadOnlySet<string> Unignored, BlobId Ids)
{
    /// <summary>What is not known to git at these paths: whole folders, or the paths themselves where they lie in one.</summary>
    public IEnumerable<string> OthersAt(IReadOnlyCollection<string> names) =>
        Others.SelectMany(other => names.Any(name => SourceName.IsAt(name, other)) ? [other] : names.Where(name => SourceName.IsAt(other, name)));

    /// <summary>Whether somebody wrote a file, as far as can be told: git does not ignore it, or the folder it is in.</summary>
    public bool IsUnignored(string name)
    {
        for (var end = name.Length; end > 0; end = name.LastIndexOf('/', end - 1))
        {
            if (Unignored.Contains(name[..end]))
                return true;
        }

        return false;
    }
}
