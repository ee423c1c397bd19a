using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// Which builder of buildx builds an image: the one in use, or, where the image begins with one of the definition, one that finds it.
/// <code>
/// driver of the builder in use        begins with an image of the definition   built by
/// docker (the engine itself)          either                                   the builder in use
/// docker-container, kubernetes, …     no                                       the builder in use
/// docker-container, kubernetes, …     yes                                      the engine's own, which bears its context's name
/// </code>
/// A builder that is not the engine has no image of the engine's (https://docs.docker.com/build/builders/drivers/): it would ask the
/// registry for the base image, which may not be pushed yet, or be the former one under the same tag.
/// </summary>
/// <param name="Name">The builder to name; null for the one in use.</param>
/// <param name="CacheTo">Where it can leave the cache.</param>
internal sealed record BuilderChoice(string? Name, IReadOnlyList<string> CacheTo)
{
    private const string EnginesOwn = "docker";

    /// <summary>The builder of an image.</summary>
    /// <param name="image">The image.</param>
    /// <param name="cli">The docker CLI.</param>
    /// <param name="engine">The engine.</param>
    /// <param name="environment">The environment that names the engine and the builder.</param>
    /// <param name="observer">Told where it is not the one in use, and what that one cannot do.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<BuilderChoice> ForAsync(
        ReleaseImage image, DockerCli cli, IDockerEngine engine, IReadOnlyDictionary<string, string> environment, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        var inUse = new BuilderChoice(Name: null, image.CacheTo);
        if (image.BaseImages.Count == 0 || cli.Builder != DockerBuilder.Buildx)
            return inUse;
        var driver = await cli.FindDriverAsync(cancellationToken);
        if (driver == EnginesOwn)
            return inUse;

        var name = DockerHost.ContextOf(environment);
        observer.Report(new Noted(image.Name, $"The engine's own builder '{name}' builds it: the builder in use ({driver ?? "whose driver buildx does not tell"}) would not find its base image on the engine."));

        // https://docs.docker.com/build/cache/backends/: the engine's own builder leaves a cache elsewhere with the containerd image store only.
        var left = image.CacheTo.Where(to => !BuildFeatures.IsInline(to)).ToList();
        if (left.Count == 0 || await engine.HoldsIndexesAsync(cancellationToken))
            return inUse with { Name = name };
        observer.Report(new Warned(image.Name, $"It leaves no cache but in the image: the engine's own builder '{name}', which its base image needs, can leave one elsewhere only with the containerd image store."));
        return new BuilderChoice(name, [.. image.CacheTo.Except(left, StringComparer.Ordinal)]);
    }
}
