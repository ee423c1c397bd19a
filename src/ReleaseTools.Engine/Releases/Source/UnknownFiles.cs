namespace ReleaseTools.Engine.Releases.Source;

/// <summary>Finds what lies on disk of which git's index holds nothing. Names are from a folder, with <c>/</c>.</summary>
/// <remarks>
/// A folder in which the index holds nothing is found as a whole and not looked into, as <c>git ls-files --others --directory</c>
/// has it. That would read the whole index once more, and go by it from one core; this goes beside git.
/// </remarks>
/// <param name="foldsNames">Whether a name may be spelled otherwise on disk than in the index and be the same.</param>
internal sealed class UnknownFiles(bool foldsNames)
{
    private readonly KnownNames files = new(foldsNames);
    private readonly KnownNames folders = new(foldsNames);
    private readonly KnownNames repositories = new(foldsNames);
    private readonly List<string> found = [];
    private string lastFolder = "";

    /// <summary>Finds it at and under some paths.</summary>
    /// <param name="root">The folder that names are from.</param>
    /// <param name="names">The paths.</param>
    /// <param name="entries">What the index holds there.</param>
    /// <param name="foldsNames">Whether disks of this system mostly do not mind case; the system's when left out.</param>
    public static IReadOnlyList<string> Find(string root, IEnumerable<string> names, IEnumerable<GitIndexEntry> entries, bool? foldsNames = null)
    {
        var unknown = new UnknownFiles(foldsNames ?? (OperatingSystem.IsWindows() || OperatingSystem.IsMacOS()));
        unknown.folders.Add(".");
        foreach (var entry in entries)
            unknown.Add(entry);
        foreach (var name in names)
        {
            var path = Path.GetFullPath(name, root);
            if (new DirectoryInfo(path) is { Exists: true, LinkTarget: null })
                unknown.VisitFolder(name, path, []);
            else if (Path.Exists(path) || new FileInfo(path).LinkTarget is not null)
                unknown.VisitFile(name, []);
        }

        return unknown.found;
    }

    private void VisitFile(string name, IReadOnlyList<string> beside)
    {
        if (!files.Contains(name, beside))
            found.Add(name);
    }

    private void VisitFolder(string name, string path, IReadOnlyList<string> beside)
    {
        if (repositories.Contains(name, beside))
            return;
        if (!folders.Contains(name, beside) || FileSources.TryNames(path) is not { } inside)
        {
            found.Add(name); // whoever needs what is in one that cannot be read is told so
            return;
        }

        foreach (var inner in inside)
        {
            if (inner is ".git" or ".git/")
                continue; // a repository's own
            var within = name is "." ? inner : $"{name}/{inner}";
            if (within[^1] == '/')
                VisitFolder(within[..^1], Path.Join(path, inner), inside);
            else
                VisitFile(within, inside);
        }
    }

    private void Add(GitIndexEntry entry)
    {
        (entry.Mode == SourceFile.Repository ? repositories : files).Add(entry.Path);
        var end = entry.Path.LastIndexOf('/');
        if (end <= 0 || entry.Path.AsSpan(0, end).SequenceEqual(lastFolder))
            return; // in order, so that most are in the folder of the one before
        lastFolder = entry.Path[..end];
        for (var inner = lastFolder; folders.Add(inner) && (end = inner.LastIndexOf('/')) > 0; inner = inner[..end])
        {
        }
    }
}
