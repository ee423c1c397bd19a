namespace ReleaseTools.Engine.Releases.Source;

/// <summary>Hashes an image's sources by their contents, where there is no git to ask.</summary>
internal static class FileSources
{
    public static void Add(ContentHash hash, ImageSources sources, CancellationToken cancellationToken)
    {
        foreach (var file in sources.Paths.SelectMany(path => Files(path, sources)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AddFile(Path.GetRelativePath(sources.Workspace, file).Replace('\\', '/'), file);
        }
    }

    /// <summary>The files under a path that count. Links are not followed: what counts is where they point to.</summary>
    public static IEnumerable<string> Files(string path, ImageSources sources)
    {
        if (new FileInfo(path).LinkTarget is not null || !Directory.Exists(path))
            return sources.Counts(path) ? [path] : [];
        if (sources.IsLeftOutWhole(path))
            return [];
        return Directory.EnumerateFileSystemEntries(path).Where(entry => Path.GetFileName(entry) is not ".git").SelectMany(entry => Files(entry, sources));
    }
}
