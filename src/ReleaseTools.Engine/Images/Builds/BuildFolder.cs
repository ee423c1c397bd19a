using ReleaseTools.Engine.Infrastructure;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// The files of an image's build that are ours, in <c>.releasetools/build/&lt;image&gt;</c> of the workspace: a copy of the
/// Dockerfile, the ignore file beside it that says what the build gets, and a link to the context.
/// </summary>
/// <remarks>
/// The link is there for speed. BuildKit keeps what it was sent of a context under the context's path as the client names it
/// (moby/buildkit, source/local: the session's shared key), one copy for all Dockerfiles that are built from it; the next build
/// deletes from it what its own Dockerfile does not need and sends what the last one did not. Under a path of its own, each
/// image has a copy of its own, and only what changed is sent. The paths are the same from build to build for that reason.
/// </remarks>
/// <param name="Dockerfile">The Dockerfile to build.</param>
/// <param name="Context">The context to name to the CLI.</param>
internal sealed record BuildFolder(string Dockerfile, string Context)
{
    /// <summary>The workspace's own files: what the classic builder is given, which reads no ignore file but the context's.</summary>
    public static BuildFolder Plain(ReleaseImage image) => new(image.Dockerfile!, image.Context!);

    /// <summary>Writes what a build of the image is to get.</summary>
    public static BuildFolder Prepare(ReleaseImage image)
    {
        var folder = OwnFolder.Make(image.Workspace, "build", image.Name);
        var dockerfile = Path.Combine(folder, "Dockerfile");
        Write(dockerfile, File.ReadAllText(image.Dockerfile!));
        Write($"{dockerfile}.dockerignore", ContextFilter.Text(image));
        return new BuildFolder(dockerfile, Link(Path.Combine(folder, "context"), Path.GetFullPath(image.Context!)));
    }

    // In one move: another build of the same image may be reading it.
    private static void Write(string path, string text)
    {
        if (File.Exists(path) && string.Equals(File.ReadAllText(path), text, StringComparison.Ordinal))
            return;
        var whole = $"{path}.{Guid.NewGuid():N}";
        File.WriteAllText(whole, text);
        File.Move(whole, path, overwrite: true);
    }

    private static string Link(string link, string context)
    {
        try
        {
            if (new FileInfo(link).LinkTarget == context)
                return link;
            File.Delete(link);
            Directory.CreateSymbolicLink(link, context);
            return link;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            return context; // Windows lets not everybody make links; without one the build is only slower
        }
    }
}
