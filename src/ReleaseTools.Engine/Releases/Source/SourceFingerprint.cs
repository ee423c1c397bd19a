using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>
/// A hash over everything an image is made of: where ECR holds an image with the same fingerprint, it need not be built. In a clean tree it is
/// made of git's own object ids, and no input is read but what git ignores.
/// </summary>
public static class SourceFingerprint
{
    // Half of a SHA-256: it becomes a tag that people read, and 128 bits are beyond any accident.
    private const int Length = 32;

    /// <summary>The fingerprint, 32 hexadecimal digits; null where the definition names no inputs, so that changes cannot be told.</summary>
    /// <param name="image">The image.</param>
    /// <param name="git">The workspace as git sees it; null outside git, where files are read instead.</param>
    /// <param name="buildEnvironment">What else changes the result, such as extra arguments of the build. Only a hash of it is kept.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<string?> ComputeAsync(
        ReleaseImage image, GitSnapshot? git, IReadOnlyDictionary<string, string> buildEnvironment, CancellationToken cancellationToken)
    {
        if (image.Inputs.Count == 0)
            return null;
        var context = image.Context ?? image.Workspace;
        var ignore = DockerIgnore.Of(image.Dockerfile, context);
        var hash = new ContentHash();
        AddSettings(hash, image, context, ignore, buildEnvironment);
        var sources = new ImageSources(image, context, ignore);
        if (git is not null && sources.Paths.All(path => git.InRepository(path) is not null))
            await GitSources.AddAsync(hash, sources, git, cancellationToken).ConfigureAwait(false);
        else
            FileSources.Add(hash, sources, cancellationToken);
        return hash.ToHex()[..Length];
    }

    private static void AddSettings(ContentHash hash, ReleaseImage image, string context, DockerIgnore? ignore, IReadOnlyDictionary<string, string> buildEnvironment)
    {
        hash.Add("format", "2");
        hash.Add("context", Relative(image, context));
        hash.Add("dockerfile", image.Dockerfile is null ? null : Relative(image, image.Dockerfile));
        hash.Add("target", image.Target);
        hash.Add("platform", image.Platform);
        hash.Add("ignore", ignore?.Text);
        foreach (var (name, value) in image.BuildArgs.OrderBy(argument => argument.Key, StringComparer.Ordinal))
            hash.Add($"argument {name}", value);
        foreach (var (name, value) in buildEnvironment.OrderBy(variable => variable.Key, StringComparer.Ordinal))
            hash.Add($"environment {name}", value);
    }

    private static string Relative(ReleaseImage image, string path) => Path.GetRelativePath(image.Workspace, path).Replace('\\', '/');
}

/// <summary>The paths an image is made of, and which files under them count.</summary>
internal sealed class ImageSources(ReleaseImage image, string context, DockerIgnore? ignore)
{
    /// <summary>Inputs and Dockerfile, absolute, each once, in order.</summary>
    public IReadOnlyList<string> Paths { get; } = [.. image.Inputs.Append(image.Dockerfile).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    public string Workspace => image.Workspace;

    /// <summary>Whether some files under a path may not count, so that it must be looked at file by file.</summary>
    public bool IsFiltered => ignore is not null;

    /// <summary>Whether nothing in a folder (absolute) counts, so that it need not be looked into: a node_modules that the context leaves out.</summary>
    public bool IsLeftOutWhole(string folder) => !Counts(folder) && ignore?.TakesBack != true
        && !Paths.Any(path => !string.Equals(path, folder, StringComparison.Ordinal) && WorkspacePaths.IsWithin(folder, path));

    /// <summary>Whether a file (absolute) gets into the build. The Dockerfile always does, and nothing is left out of a path that is not in the context.</summary>
    public bool Counts(string file)
    {
        if (WorkspacePaths.IsWithin(Path.Combine(image.Workspace, GitSnapshot.OwnFolder), file))
            return false;
        return ignore is null || string.Equals(file, image.Dockerfile, StringComparison.Ordinal) || !WorkspacePaths.IsWithin(context, file)
            || !ignore.Excludes(Path.GetRelativePath(context, file).Replace('\\', '/'));
    }
}
