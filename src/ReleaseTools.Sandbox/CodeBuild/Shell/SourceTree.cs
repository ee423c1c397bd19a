namespace ReleaseTools.Sandbox.CodeBuild.Shell;

/// <summary>
/// The build's file system: an empty source directory in which a clone is a view of the sandbox's workspace. Nothing is
/// copied, and a build sees the workspace as it is when its command runs.
/// </summary>
internal sealed class SourceTree
{
    private readonly Dictionary<string, string> clones = new(StringComparer.Ordinal);
    private readonly string root;

    public SourceTree(string root)
    {
        this.root = root;
        Current = root;
    }

    /// <summary>The current directory, as the build sees it.</summary>
    public string Current { get; private set; }

    /// <summary>Puts a directory of this machine at a path of the build.</summary>
    public void Mount(string path, string directory) => clones[Resolve(path)] = directory;

    /// <summary>Changes the current directory; false when there is no such directory.</summary>
    public bool TryEnter(string path)
    {
        var target = Resolve(path);
        var exists = target == root || (Find(target) is { } directory && Directory.Exists(directory));
        if (exists)
            Current = target;
        return exists;
    }

    /// <summary>Where a path of the build is on this machine; null when it is outside of every clone.</summary>
    public string? Find(string path)
    {
        var target = Resolve(path);
        foreach (var (mount, directory) in clones)
        {
            if (target == mount)
                return directory;
            if (target.StartsWith(mount + "/", StringComparison.Ordinal))
                return Path.Combine(directory, target[(mount.Length + 1)..]);
        }
        return null;
    }

    // Resolved before it is looked up, so that `..` cannot lead out of a clone.
    private string Resolve(string path)
    {
        var parts = new List<string>();
        foreach (var part in (path.StartsWith('/') ? path : $"{Current}/{path}").Split('/'))
        {
            if (part == ".." && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else if (part is not ("" or "." or ".."))
                parts.Add(part);
        }
        return "/" + string.Join('/', parts);
    }
}
