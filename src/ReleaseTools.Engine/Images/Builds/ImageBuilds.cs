using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// Builds images on a Docker engine, or finds that there is nothing to build. The CLI and the engine are looked for only when
/// the first image really is to be built, and once.
/// </summary>
/// <param name="engine">The engine that the CLI builds on, as <see cref="DockerEngine.Connect"/> gives it for the same environment.</param>
/// <param name="registry">Where an image of the same inputs may be; null builds in any case.</param>
/// <param name="environment">The environment that names PATH and the engine, and that the CLI runs in.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="throttleLimit">How many are built at once.</param>
public sealed class ImageBuilds(
    IDockerEngine engine, IImageRegistry? registry, IReadOnlyDictionary<string, string> environment, TimeProvider timeProvider, int throttleLimit) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly SemaphoreSlim slots = new(throttleLimit);
    private readonly BeforeCommands before = new(environment);
    private readonly BaseImages baseImages = new(engine, registry);
    private readonly HashSet<string> platformsWarned = new(StringComparer.Ordinal);
    private DockerCli? cli;
    private EngineVersion? version;

    /// <summary>Says whether the image must be built. Reads, and changes nothing.</summary>
    /// <param name="image">The image as defined.</param>
    /// <param name="tag">The release tag.</param>
    /// <param name="fingerprint">A hash over everything it is made of; null when its changes cannot be told.</param>
    /// <param name="options">How it is to be built.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ReleaseException">The image cannot be built as it is defined, or its repository is not there.</exception>
    public async Task<ImageBuildPlan> PlanAsync(ReleaseImage image, string tag, string? fingerprint, ImageBuildOptions options, CancellationToken cancellationToken)
    {
        Know(image, options);
        ImageBuildChecks.Check(image, tag);
        if (fingerprint is null)
            return Build(BuildReason.NoInputs);
        if (registry is null || options.BuildsAnyway)
            return Build(BuildReason.Forced);

        var found = await registry.FindAsync(image.Repository, SourceTag.For(fingerprint), cancellationToken);
        if (found is null)
            return Build(BuildReason.Changed(fingerprint));
        if (BuildReason.Aged(image, found, timeProvider.GetUtcNow()) is { } aged)
            return Build(aged) with { HasAged = true };
        return new ImageBuildPlan(image, tag, fingerprint, ReleaseAction.Reuse, BuildReason.Unchanged(found.Digest), found.Digest) { PushedAt = found.PushedAt };

        ImageBuildPlan Build(string reason) => PlanBuild(image, tag, fingerprint, reason, options);
    }

    /// <summary>The same image built, although the registry holds one of the same inputs.</summary>
    /// <param name="reused">The plan to reuse it.</param>
    /// <param name="reason">Why it is built.</param>
    /// <param name="options">How it is to be built.</param>
    /// <exception cref="ReleaseException">What only a build needs is not there: a secret, a program to run before it.</exception>
    internal ImageBuildPlan PlanAnew(ImageBuildPlan reused, string reason, ImageBuildOptions options) =>
        PlanBuild(reused.Image, reused.Tag, reused.Fingerprint, reason, options);

    /// <summary>Names an image whose secrets nothing that is run may be heard to say, whether it is built or not.</summary>
    internal void Know(ReleaseImage image, ImageBuildOptions options) => before.Know(image, options.Variable);

    private ImageBuildPlan PlanBuild(ReleaseImage image, string tag, string? fingerprint, string reason, ImageBuildOptions options)
    {
        before.Check(image);
        BuildSecrets.Check(image, options.Variable);
        // An attested image is another manifest than the same sources make without.
        return new ImageBuildPlan(image, tag, options.IsAttested ? null : fingerprint, ReleaseAction.Build, reason, Digest: null);
    }

    /// <summary>Runs a plan. A build that fails comes back as a record with status Failed, with the error beside it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="built">The images it waits for, by name, built or reused.</param>
    /// <param name="options">How to build.</param>
    /// <param name="observer">Told what happens.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ReleaseException"><c>DockerNotFound</c>, <c>DockerEngineUnreachable</c>: no image can be built.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the CLI and its children are ended.</exception>
    public async Task<ImageBuildResult> BuildAsync(
        ImageBuildPlan plan, IReadOnlyDictionary<string, AppImage> built, ImageBuildOptions options, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        observer.Report(new Noted(plan.Image.Name, plan.Reason));
        if (plan.Action == ReleaseAction.Reuse)
            return new ImageBuildResult(plan.Describe(ImageBuildStatus.Reused));

        await slots.WaitAsync(cancellationToken);
        var started = timeProvider.GetTimestamp();
        try
        {
            var docker = await FindCliAsync(observer, cancellationToken);
            var result = await BuildAsync(docker, plan, built, options, observer, cancellationToken);
            return result with { Image = result.Image with { Duration = timeProvider.GetElapsedTime(started) } };
        }
        finally
        {
            slots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        gate.Dispose();
        slots.Dispose();
        baseImages.Dispose();
    }

    private async Task<ImageBuildResult> BuildAsync(
        DockerCli docker, ImageBuildPlan plan, IReadOnlyDictionary<string, AppImage> built, ImageBuildOptions options, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        string? logFile = null;
        try
        {
            ImageBuildChecks.Check(plan.Image, plan.Tag);
            BuildFeatures.Check(plan.Image, options, docker);
            await BuildFeatures.CheckAsync(plan.Image, options, engine, cancellationToken);
            WarnOfPlatform(plan.Image, observer);
            await using var log = BuildLog.Create(options.LogFolder ?? OwnFolder.Make(plan.Image.Workspace, "logs"), plan.Image.Name, timeProvider.GetUtcNow());
            logFile = log.Path;
            await before.RunAsync(plan.Image, options.Variable, log, observer, cancellationToken);
            var bases = await baseImages.OnEngineAsync(plan.Image, built, observer, cancellationToken);
            var builder = await BuilderChoice.ForAsync(plan.Image, docker, engine, environment, observer, cancellationToken);
            plan = plan with { Image = plan.Image with { CacheTo = builder.CacheTo } };
            return await new DockerBuild(docker, engine, plan, options, log, observer).RunAsync(bases, builder.Name, cancellationToken);
        }
        catch (ReleaseException exception)
        {
            return Failed(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failed(ReleaseException.Wrap(exception, nameof(Messages.BuildFilesUnwritable), ErrorKind.Failed, plan.Image.Name, plan.Image.Name, exception.Message));
        }

        ImageBuildResult Failed(ReleaseException error) => new(plan.Describe(ImageBuildStatus.Failed) with { Reason = error.Message, LogFile = logFile }, error);
    }

    private void WarnOfPlatform(ReleaseImage image, IReleaseObserver observer)
    {
        var platform = image.Platform ?? ReleaseImage.DefaultPlatform;
        lock (platformsWarned)
        {
            if (!platformsWarned.Add(platform))
                return;
        }

        if (PlatformCheck.Warning(platform, version!, engine.IsLocal && OperatingSystem.IsLinux()) is { } warning)
            observer.Report(new Warned(image.Name, warning));
    }

    private async Task<DockerCli> FindCliAsync(IReleaseObserver observer, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (cli is not null)
                return cli;
            var found = await DockerCli.FindAsync(environment, observer, cancellationToken);
            await engine.PingAsync(cancellationToken);
            version = await engine.GetVersionAsync(cancellationToken);
            return cli = found;
        }
        finally
        {
            gate.Release();
        }
    }
}
