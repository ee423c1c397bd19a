namespace ReleaseTools.Engine.Releases.Source;

/// <summary>The files a build context leaves out.</summary>
/// <remarks>
/// The rules are BuildKit's, which walks the context from its root and asks moby's patternmatcher at every step
/// (https://github.com/moby/patternmatcher, MatchesUsingParentResults): a pattern that fits a folder fits all in it, the last
/// pattern that fits wins, <c>!</c> takes back. A pattern is only tried where it would change the outcome, and what it was not
/// tried on in a folder it is not remembered for within. See https://docs.docker.com/build/concepts/context/#dockerignore-files.
/// </remarks>
internal sealed class DockerIgnore
{
    private readonly List<DockerIgnorePattern> patterns = [];
    private readonly bool takesBack;

    // Which patterns fitted each folder on the way, and the folder looked at last. A context is looked at from one thread.
    private readonly Dictionary<string, bool[]> folders = new(StringComparer.Ordinal);
    private string last = "";
    private bool[] ofLast = [];

    private DockerIgnore(string text)
    {
        foreach (var line in text.TrimStart('\uFEFF').Split('\n'))
        {
            if (!line.StartsWith('#') && DockerIgnorePattern.Parse(line.Trim()) is { } pattern)
                patterns.Add(pattern);
        }

        takesBack = patterns.Exists(pattern => pattern.TakesBack);
    }

    /// <summary>Where a build's ignore file is looked for: the Dockerfile's own goes before the context's.</summary>
    public static IEnumerable<string> FilesOf(string? dockerfile, string context) =>
        (dockerfile is null ? [] : (string[])[$"{dockerfile}.dockerignore"]).Append(Path.Combine(context, ".dockerignore"));

    /// <summary>The ignore file of a build. Null where there is none.</summary>
    public static DockerIgnore? Of(string? dockerfile, string context) => FilesOf(dockerfile, context).FirstOrDefault(File.Exists) is { } file ? new(File.ReadAllText(file)) : null;

    internal static DockerIgnore Parse(string text) => new(text);

    /// <summary>Whether a file or folder stays out of the context.</summary>
    /// <param name="path">From the context's root, with <c>/</c>.</param>
    public bool Excludes(string path) => path is not "." && Look(path, OfFolderOf(path), fitted: []);

    /// <summary>Whether a folder stays out, and nothing can take back something in it.</summary>
    /// <inheritdoc cref="Excludes"/>
    public bool ExcludesWhole(string path) => !takesBack && Excludes(path);

    private ReadOnlySpan<bool> OfFolderOf(string path)
    {
        var slash = path.LastIndexOf('/');
        if (slash < 0)
            return [];
        if (!path.AsSpan(0, slash).SequenceEqual(last))
            (last, ofLast) = (path[..slash], OfFolder(path[..slash]));
        return ofLast;
    }

    private bool[] OfFolder(string folder)
    {
        if (!folders.TryGetValue(folder, out var fitted))
        {
            folders[folder] = fitted = new bool[patterns.Count];
            var slash = folder.LastIndexOf('/');
            Look(folder, slash < 0 ? [] : OfFolder(folder[..slash]), fitted);
        }

        return fitted;
    }

    /// <summary>Whether a path stays out.</summary>
    /// <param name="path">The path.</param>
    /// <param name="above">Which patterns fitted the folder that it is in; none for the root's.</param>
    /// <param name="fitted">Takes which patterns fitted it, where that is wanted.</param>
    private bool Look(string path, ReadOnlySpan<bool> above, Span<bool> fitted)
    {
        var excluded = false;
        for (var i = 0; i < patterns.Count; i++)
        {
            var pattern = patterns[i];
            if (!(above.Length > 0 && above[i]) && !(pattern.TakesBack == excluded && pattern.Fits(path)))
                continue;
            excluded = !pattern.TakesBack;
            if (fitted.Length > 0)
                fitted[i] = true;
        }

        return excluded;
    }
}
