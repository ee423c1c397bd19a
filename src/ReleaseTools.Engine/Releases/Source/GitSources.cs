namespace ReleaseTools.Engine.Releases.Source;

/// <summary>Hashes an image's sources by git's object ids, and by content only what differs from the commit or is not in git at all.</summary>
internal static class GitSources
{
    public static async Task AddAsync(ContentHash hash, ImageSources sources, GitSnapshot git, CancellationToken cancellationToken)
    {
        // Names are hashed from the workspace on, so that it does not matter where in a repository the workspace lies.
        var workspace = $"/{git.InRepository(sources.Workspace)}";
        var paths = sources.Paths.Select(path => git.InRepository(path)!).Distinct(StringComparer.Ordinal).ToList();
        foreach (var entry in await git.ListAsync(paths, sources.IsFiltered, cancellationToken).ConfigureAwait(false))
        {
            if (Counts(entry.Path))
                hash.Add(FromWorkspace(entry.Path), $"{entry.Mode} {entry.Type} {entry.Id}");
        }

        foreach (var change in git.ChangesAt(paths).Where(change => Counts(change.Path)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AddFile($"changed {FromWorkspace(change.Path)}", git.OnDisk(change.Path));
        }

        // Git does not track what it ignores, such as a dist/ that is built before the image; the build sends it to Docker all the same.
        foreach (var file in git.IgnoredAt(paths).SelectMany(path => FileSources.Files(git.OnDisk(path), sources)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            hash.AddFile($"ignored {FromWorkspace(git.InRepository(file)!)}", file);
        }

        bool Counts(string path) => sources.Counts(Path.GetFullPath(FromWorkspace(path), sources.Workspace));

        string FromWorkspace(string path) => Path.GetRelativePath(workspace, $"/{path}").Replace('\\', '/');
    }
}
