using System.Text;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// What of its context a build gets, as the text of an ignore file
/// (https://docs.docker.com/build/concepts/context/#dockerignore-files):
/// <code>
/// the workspace's own rules     the Dockerfile's own ignore file, else the context's .dockerignore
/// .releasetools                 the logs of builds are no part of what is built
/// what is no input              folder by folder beside the inputs, where the image names any
/// .git                          wherever it lies, where the image names inputs: no fingerprint counts it
/// </code>
/// The last rule that fits decides, so ours come last. An image that is made of its inputs alone cannot change without them: a
/// file that a Dockerfile copies and nobody named fails the build, instead of being missed by the next one.
/// </summary>
internal static class ContextFilter
{
    private const string Git = ".git"; // a folder, or the file of a submodule or a worktree that says where it is

    /// <summary>The ignore file of an image's build.</summary>
    public static string Text(ReleaseImage image)
    {
        var context = ContextOf(image);
        var text = new StringBuilder(RulesOf(image, context)).AppendLine().AppendLine("# what is not built");
        if (WorkspacePaths.IsWithin(context, Path.Combine(image.Workspace, OwnFolder.Name)))
            AppendPatterns(text, Relative(context, Path.Combine(image.Workspace, OwnFolder.Name)));
        foreach (var excluded in Excluded(context, Kept(image, context)))
            AppendPatterns(text, excluded);
        if (IsNarrowed(image))
            text.AppendLine($"**/{Git}").AppendLine($"**/{Git}/**");
        return text.ToString();
    }

    /// <summary>Whether a path of the context, from its root with <c>/</c>, is kept out of a build because it is no input.</summary>
    public static bool IsNoInput(ReleaseImage image, string path)
    {
        var kept = Kept(image, ContextOf(image));
        return kept.Count > 0 && !kept.Exists(input => IsAt(input, path) || IsAt(path, input));
    }

    /// <summary>Whether a path of the context, from its root with <c>/</c>, is kept out of a build because it is a repository's own.</summary>
    public static bool IsGits(ReleaseImage image, string path) => IsNarrowed(image) && path.Split('/').Contains(Git, StringComparer.Ordinal);

    private static bool IsNarrowed(ReleaseImage image) => image.Inputs.Count > 0 && !image.WholeContext;

    private static string ContextOf(ReleaseImage image) => Path.GetFullPath(image.Context ?? image.Workspace);

    private static string RulesOf(ReleaseImage image, string context)
    {
        string[] candidates = [$"{image.Dockerfile}.dockerignore", Path.Combine(context, ".dockerignore")];
        return Array.Find(candidates, File.Exists) is { } file ? File.ReadAllText(file).TrimStart('\uFEFF') : string.Empty;
    }

    /// <summary>The paths that stay, from the context's root; empty where all stays.</summary>
    private static List<string> Kept(ReleaseImage image, string context)
    {
        if (!IsNarrowed(image))
            return [];

        // An input that is reached over a link needs the link and what it leads to.
        var kept = image.Inputs.Concat(image.Before.SelectMany(before => before.Outputs))
            .SelectMany(path => new[] { path, WorkspacePaths.Real(path) })
            .Where(path => WorkspacePaths.IsWithin(context, path))
            .Select(path => Relative(context, path)).Distinct(StringComparer.Ordinal).ToList();
        return kept.Contains(".", StringComparer.Ordinal) ? [] : kept;
    }

    /// <summary>What lies beside the kept paths and the folders they are in; nothing where all is kept.</summary>
    private static IEnumerable<string> Excluded(string context, List<string> kept)
    {
        return kept.Count == 0 ? [] : Beside(string.Empty);

        IEnumerable<string> Beside(string folder)
        {
            foreach (var entry in Directory.EnumerateFileSystemEntries(Path.Combine(context, folder)).Order(StringComparer.Ordinal))
            {
                var path = Relative(context, entry);
                if (kept.Contains(path, StringComparer.Ordinal))
                    continue;
                if (!kept.Exists(input => IsAt(path, input)))
                    yield return path;
                else if (Directory.Exists(entry) && new DirectoryInfo(entry).LinkTarget is null)
                {
                    foreach (var inner in Beside(path))
                        yield return inner;
                }
            }
        }
    }

    private static bool IsAt(string folder, string path) =>
        string.Equals(folder, path, StringComparison.Ordinal) || path.StartsWith($"{folder}/", StringComparison.Ordinal);

    // Where '/' separates folders, a backslash may be part of a name.
    private static string Relative(string context, string path) => Path.GetRelativePath(context, path).Replace(Path.DirectorySeparatorChar, '/');

    /// <summary>
    /// Leaves a path out with all that is in it. The second pattern is for a folder that the workspace's rules leave out and of which
    /// they take something back: on such a folder docker does not try the first, and so does not know it for what is within.
    /// </summary>
    private static void AppendPatterns(StringBuilder text, string path) => text.AppendLine(Pattern(path)).AppendLine($"{Pattern(path)}/**");

    /// <summary>
    /// A pattern that fits one path. Lines are trimmed, and looked at for <c>#</c> and <c>!</c> at their beginning; what is left is made
    /// a regular expression, in which moby escapes little by itself (moby/patternmatcher, Pattern.compile).
    /// </summary>
    private static string Pattern(string path)
    {
        var pattern = new StringBuilder(path.Length);
        foreach (var character in path)
        {
            if (char.IsControl(character))
                pattern.Append('?');
            else if (char.IsWhiteSpace(character))
                pattern.Append('[').Append(character).Append(']');
            else if (char.IsAscii(character) && !char.IsAsciiLetterOrDigit(character) && character is not ('/' or '.' or '-' or '_'))
                pattern.Append('\\').Append(character);
            else
                pattern.Append(character);
        }

        return pattern.ToString();
    }
}
