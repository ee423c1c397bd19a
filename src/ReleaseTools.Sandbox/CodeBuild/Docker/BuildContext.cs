namespace ReleaseTools.Sandbox.CodeBuild.Docker;

/// <summary>The directory that a Dockerfile copies from, without what <c>.dockerignore</c> leaves out.</summary>
internal sealed class BuildContext(string directory, DockerIgnore ignore)
{
    /// <summary>The files that a COPY source names: their path in the context, and under which relative path they are copied.</summary>
    /// <param name="source">A file, a directory (whose contents are copied) or a pattern.</param>
    /// <returns>Ordered by path; whether the source was one file is told by <paramref name="source"/> itself.</returns>
    /// <exception cref="DockerBuildException">Nothing is there.</exception>
    public IReadOnlyList<(string File, string CopiedAs)> Find(string source)
    {
        var pattern = Normalize(source);
        var found = new List<(string File, string CopiedAs)>();
        foreach (var match in pattern.AsSpan().IndexOfAny("*?[") < 0 ? [pattern] : Matching(pattern))
            Add(match, found);
        if (found.Count == 0)
            throw new DockerBuildException($"COPY failed: file not found in build context or excluded by .dockerignore: stat {source}: file does not exist");
        found.Sort((left, right) => string.CompareOrdinal(left.CopiedAs, right.CopiedAs));
        return found;
    }

    /// <summary>Where a file of the context is on this machine.</summary>
    public string PathOf(string file) => Path.Combine(directory, file);

    private void Add(string path, List<(string File, string CopiedAs)> found)
    {
        var full = new DirectoryInfo(PathOf(path));
        if (full.Exists && full.LinkTarget is null)
        {
            foreach (var file in Below(path))
                found.Add((file, path.Length == 0 ? file : file[(path.Length + 1)..]));
        }
        else if ((File.Exists(full.FullName) || full.LinkTarget is not null) && !ignore.Excludes(path))
        {
            found.Add((path, Path.GetFileName(path)));
        }
    }

    private IEnumerable<string> Below(string path)
    {
        foreach (var entry in new DirectoryInfo(PathOf(path)).EnumerateFileSystemInfos())
        {
            var relative = path.Length == 0 ? entry.Name : $"{path}/{entry.Name}";
            if (entry is DirectoryInfo && entry.LinkTarget is null)
            {
                // A later rule may take a file back in, so an excluded directory is still walked.
                foreach (var below in Below(relative))
                    yield return below;
            }
            else if (!ignore.Excludes(relative))
            {
                yield return relative;
            }
        }
    }

    private IEnumerable<string> Matching(string pattern)
    {
        var depth = pattern.Count(c => c == '/');
        var glob = DockerIgnore.Glob(pattern, alsoBelow: false);
        return Entries(string.Empty, depth).Where(path => glob.IsMatch(path)).Order(StringComparer.Ordinal);
    }

    private IEnumerable<string> Entries(string path, int depth)
    {
        foreach (var entry in new DirectoryInfo(PathOf(path)).EnumerateFileSystemInfos())
        {
            var relative = path.Length == 0 ? entry.Name : $"{path}/{entry.Name}";
            yield return relative;
            if (depth == 0 || entry is not DirectoryInfo || entry.LinkTarget is not null)
                continue;
            foreach (var below in Entries(relative, depth - 1))
                yield return below;
        }
    }

    private static string Normalize(string source)
    {
        var parts = source.Split('/').Where(part => part is not ("" or ".")).ToList();
        return parts.Contains("..", StringComparer.Ordinal)
            ? throw new DockerBuildException($"COPY failed: forbidden path outside the build context: {source}")
            : string.Join('/', parts);
    }
}
