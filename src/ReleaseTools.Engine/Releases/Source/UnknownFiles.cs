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
            if (new DirectoryInfo(path) is { Exists: true } folder)
                unknown.Visit(name, folder);
            else if (new FileInfo(path) is { } file && (file.Exists || file.LinkTarget is not null))
                unknown.Visit(name, file);
        }

        return unknown.found;
    }

    private void Visit(string name, FileSystemInfo entry)
    {
        if (entry is not DirectoryInfo { LinkTarget: null } folder)
        {
            if (!files.Contains(name))
                found.Add(name);
        }
        else if (folders.Contains(name))
        {
            foreach (var inner in FileSources.Entries(name, folder).Where(inner => inner.Name is not ".git"))
                Visit(name is "." ? inner.Name : $"{name}/{inner.Name}", inner);
        }
        else if (!repositories.Contains(name))
        {
            found.Add(name);
        }
    }

    private void AddFolders(string path)
    {
        for (var end = path.LastIndexOf('/'); end > 0 && folders.Add(path[..end]); end = path.LastIndexOf('/', end - 1))
        {
        }
    }
}
