using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// Where builds find the images of the definition that they begin with: on the engine under repository and tag, where a build
/// has just left them or to which they are fetched by digest. The engine fetches them, with credentials that stay in memory.
/// </summary>
internal sealed class BaseImages(IDockerEngine engine, IImageRegistry? registry) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);

    /// <summary>An image's base images, as the engine has them.</summary>
    /// <param name="image">The image to be built.</param>
    /// <param name="built">The images it waits for, by name, built or reused.</param>
    /// <param name="observer">Told what is fetched.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ReleaseException"><c>BaseImageMissing</c>, <c>PullFailed</c>.</exception>
    public async Task<IReadOnlyList<BaseImage>> OnEngineAsync(
        ReleaseImage image, IReadOnlyDictionary<string, AppImage> built, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        var bases = new List<BaseImage>();
        foreach (var (argument, name) in image.BaseImages)
        {
            var found = built.GetValueOrDefault(name) ?? throw Missing(image, name);
            if (found.ImageId is null)
                await FetchAsync(image, found, observer, cancellationToken);
            // What the build gets is what bears the tag, so that is asked for its id.
            var reference = $"{found.Repository}:{found.Tag}";
            var id = (await engine.InspectAsync(reference, cancellationToken))?.Id ?? found.ImageId ?? found.Digest!;
            bases.Add(new BaseImage(argument, name, reference, id));
        }

        return bases;
    }

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    private async Task FetchAsync(ReleaseImage image, AppImage found, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        if (registry is null || found.Digest is not { } digest)
            throw Missing(image, found.Name);

        // Several images may begin with one: it is fetched once.
        await gate.WaitAsync(cancellationToken);
        try
        {
            var repository = ImageReference.ParseRepository(found.Repository);
            var reference = ImageReference.Parse($"{found.Repository}@{digest}");
            if (await engine.InspectAsync(reference.ToString(), cancellationToken) is null)
            {
                observer.Report(new Noted(image.Name, $"Fetching its base image {found.Name}, {Words.Digest(digest)}."));
                var authorization = await registry.GetAuthorizationAsync(found.Repository, refused: null, cancellationToken);
                await engine.PullAsync(reference, found.Platform ?? ReleaseImage.DefaultPlatform, authorization, cancellationToken);
            }

            await engine.TagAsync(reference.ToString(), repository.WithTag(found.Tag), cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    private static ReleaseException Missing(ReleaseImage image, string name) =>
        ReleaseException.For(nameof(Messages.BaseImageMissing), ErrorKind.InvalidState, image.Name, image.Name, name);
}

/// <summary>An image that another begins with.</summary>
/// <param name="Argument">The build argument that names it.</param>
/// <param name="Name">Its name in the definition.</param>
/// <param name="Reference">Where the build finds it.</param>
/// <param name="Id">What it is: the digest of its configuration, or of its manifest.</param>
internal sealed record BaseImage(string Argument, string Name, string Reference, string Id);
