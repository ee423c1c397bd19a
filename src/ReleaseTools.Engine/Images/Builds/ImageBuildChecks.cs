using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>What can be wrong with an image before docker is asked.</summary>
internal static class ImageBuildChecks
{
    /// <summary>Checks repository, tag, Dockerfile, context and build arguments.</summary>
    /// <exception cref="ReleaseException">One of them is wrong; nothing was done.</exception>
    public static void Check(ReleaseImage image, string tag)
    {
        ImageReference.ParseRepository(image.Repository);
        ImageReference.CheckTag(tag);
        if (image.Builder != ImageBuilder.Docker)
            throw ReleaseException.For(nameof(Messages.ImageBuiltElsewhere), ErrorKind.InvalidArgument, image.Name, image.Name);
        if (image.Dockerfile is null || !File.Exists(image.Dockerfile))
            throw ReleaseException.For(nameof(Messages.DockerfileNotFound), ErrorKind.NotFound, image.Name, image.Name, image.Dockerfile ?? "(none named)");
        if (image.Context is null || !Directory.Exists(image.Context))
            throw ReleaseException.For(nameof(Messages.BuildContextNotFound), ErrorKind.NotFound, image.Name, image.Name, image.Context ?? "(none named)");
        if (!IsWithin(image.Context, image.Workspace))
            throw ReleaseException.For(nameof(Messages.BuildContextOutsideWorkspace), ErrorKind.InvalidArgument, image.Name, image.Name, image.Context, image.Workspace);
        foreach (var name in image.BuildArgs.Keys.Where(name => name.Length == 0 || name.Contains('=', StringComparison.Ordinal) || name.Any(char.IsWhiteSpace)))
            throw ReleaseException.For(nameof(Messages.BuildArgInvalid), ErrorKind.InvalidArgument, image.Name, image.Name, name);
    }

    /// <summary>Whether a folder is another one or below it, after following links: a link must not lead a build outside.</summary>
    private static bool IsWithin(string folder, string root)
    {
        var relative = Path.GetRelativePath(Resolve(root), Resolve(folder));
        return relative != ".." && !relative.StartsWith(".." + Path.DirectorySeparatorChar, StringComparison.Ordinal) && !Path.IsPathRooted(relative);
    }

    private static string Resolve(string path)
    {
        var full = Path.GetFullPath(path);
        var parent = Path.GetDirectoryName(full);
        if (parent is null)
            return full;
        var here = Path.Combine(Resolve(parent), Path.GetFileName(full));
        return new DirectoryInfo(here).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? here;
    }
}
