namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>Makes paths of a definition absolute, and keeps them inside the workspace.</summary>
internal static class WorkspacePaths
{
    /// <summary>The absolute path, or null where it leads outside, by <c>..</c> or over a symbolic link.</summary>
    public static string? Inside(string workspace, string path)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(workspace));
        var full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path, root));
        return IsWithin(root, full) && IsWithin(Real(root), Real(full)) ? full : null;
    }

    /// <summary>Whether a path is a folder or something under it; both absolute.</summary>
    public static bool IsWithin(string folder, string path) =>
        string.Equals(folder, path, StringComparison.Ordinal)
        || path.StartsWith(Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path with every symbolic link followed, as far as it exists.</summary>
    public static string Real(string path)
    {
        var real = Path.GetPathRoot(path)!;
        foreach (var part in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
            real = Followed(Path.Combine(real, part));
        return Path.TrimEndingDirectorySeparator(real);
    }

    private static string Followed(string path)
    {
        try
        {
            // ResolveLinkTarget follows the last part only; the target's own folders may be links again.
            return new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) is { } target ? Real(Path.GetFullPath(target.FullName)) : path;
        }
        catch (IOException)
        {
            return path; // a circle of links, or nothing there: whoever opens it says so
        }
    }
}
