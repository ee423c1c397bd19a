namespace ReleaseTools.Engine.Releases.Source;

/// <summary>Finds what lies on disk of which git's index holds nothing. Names are from a folder, with <c>/</c>.</summary>
/// <remarks>
/// A folder in which the index holds nothing is found as a whole and not looked into, as <c>git ls-files --others --directory</c>
/// has it. That would read the whole index once more, and go by it from one core; this goes beside git.
/// </remarks>
internal sealed class UnknownFiles
{
    // Where a disk does not mind the case, what the index spells otherwise is known all the same.
    private static StringComparer Spelling { get; } = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;

    private readonly HashSet<string> files = new(Spelling);
    private readonly HashSet<string> folders = new(Spelling) { "." };
    private readonly HashSet<string> repositories = new(Spelling);
    private readonly List<string> found = [];
    private string lastFolder = "";

    private UnknownFiles(IReadOnlyCollection<GitIndexEntry> entries)
    {
        files.EnsureCapacity(entries.Count);
        foreach (var entry in entries)
        {
            (entry.Mode == SourceFile.Repository ? repositories : files).Add(entry.Path);
            AddFolders(entry.Path);
        }
    }

    /// <summary>Finds it at and under some paths.</summary>
    /// <param name="root">The folder that names are from.</param>
    /// <param name="names">The paths.</param>
    /// <param name="entries">What the index holds there.</param>
    /// <exception cref="Errors.ReleaseException">SourceUnreadable.</exception>
    public static IReadOnlyList<string> Find(string root, IEnumerable<string> names, IReadOnlyCollection<GitIndexEntry> entries)
    {
        var unknown = new UnknownFiles(entries);
        foreach (var name in names)
        {
            var path = Path.GetFullPath(name, root);
            if (new DirectoryInfo(path) is { Exists: true, LinkTarget: null })
                unknown.VisitFolder(name, path);
            else if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
                unknown.VisitFile(name);
        }

        return unknown.found;
    }

    private void VisitFile(string name)
    {
        if (!files.Contains(name))
            found.Add(name);
    }

    private void VisitFolder(string name, string path)
    {
        if (folders.Contains(name))
        {
            foreach (var inner in FileSources.Names(name, path))
            {
                if (inner is ".git" or ".git/")
                    continue; // a repository's own
                var within = name is "." ? inner : $"{name}/{inner}";
                if (within[^1] == '/')
                    VisitFolder(within[..^1], Path.Join(path, inner));
                else
                    VisitFile(within);
            }
        }
        else if (!repositories.Contains(name))
        {
            found.Add(name);
        }
    }

    private void AddFolders(string path)
    {
        var end = path.LastIndexOf('/');
        if (end <= 0 || path.AsSpan(0, end).SequenceEqual(lastFolder))
            return; // in order, so that most are in the folder of the one before
        lastFolder = path[..end];
        for (var inner = lastFolder; folders.Add(inner) && (end = inner.LastIndexOf('/')) > 0; inner = inner[..end])
        {
        }
    }
}
