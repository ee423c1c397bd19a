using System.Globalization;
using CliWrap;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// Builds images, or finds that there is nothing to build. The CLI and the engine are looked for only when the first
/// image really is to be built, and once.
/// </summary>
/// <param name="engine">The engine that the CLI builds on, as <see cref="DockerEngine.Connect"/> gives it for the same environment.</param>
/// <param name="environment">The environment that names PATH and the engine, and that the CLI runs in.</param>
/// <param name="timeProvider">The clock.</param>
public sealed class ImageBuilds(IDockerEngine engine, IReadOnlyDictionary<string, string> environment, TimeProvider timeProvider) : IDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private DockerCli? cli;

    /// <summary>Says whether the image must be built. Reads, and changes nothing.</summary>
    /// <param name="image">The image as defined.</param>
    /// <param name="tag">The release tag.</param>
    /// <param name="fingerprint">A hash over everything it is made of; null when its changes cannot be told.</param>
    /// <param name="registry">Where an image of the same inputs may be; null builds in any case.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ReleaseException">The image cannot be built as it is defined, or its repository is not there.</exception>
    public static async Task<ImageBuildPlan> PlanAsync(
        ReleaseImage image, string tag, string? fingerprint, IImageRegistry? registry, CancellationToken cancellationToken)
    {
        ImageBuildChecks.Check(image, tag);
        if (fingerprint is null)
            return Build(BuildReason.NoInputs);
        if (registry is null)
            return Build(BuildReason.Forced);

        var found = await registry.FindAsync(image.Repository, SourceTag.For(fingerprint), cancellationToken);
        return found is null
            ? Build(BuildReason.Changed(fingerprint))
            : new ImageBuildPlan(image, tag, fingerprint, ReleaseAction.Reuse, BuildReason.Unchanged(found.Digest), found.Digest);

        ImageBuildPlan Build(string reason) => new(image, tag, fingerprint, ReleaseAction.Build, reason, Digest: null);
    }

    /// <summary>Runs plans, several at a time, and gives each result as it comes. One that fails does not stop the others.</summary>
    /// <inheritdoc cref="BuildAsync"/>
    public IAsyncEnumerable<ImageBuildResult> RunAsync(
        IReadOnlyCollection<ImageBuildPlan> plans, int throttleLimit, ImageBuildOptions options, IReleaseObserver observer, CancellationToken cancellationToken) =>
        Throttled.RunAsync(plans, throttleLimit, (plan, token) => BuildAsync(plan, options, observer, token), cancellationToken);

    /// <summary>Runs a plan. A build that fails comes back as a record with status Failed, with the error beside it.</summary>
    /// <exception cref="ReleaseException"><c>DockerNotFound</c>, <c>DockerEngineUnreachable</c>: no image can be built.</exception>
    /// <exception cref="OperationCanceledException">It was stopped; the CLI and its children are ended.</exception>
    public async Task<ImageBuildResult> BuildAsync(ImageBuildPlan plan, ImageBuildOptions options, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        observer.Report(new Noted(plan.Image.Name, plan.Reason));
        if (plan.Action == ReleaseAction.Reuse)
            return new ImageBuildResult(plan.Describe(ImageBuildStatus.Reused));

        var docker = await FindCliAsync(observer, cancellationToken);
        var started = timeProvider.GetTimestamp();
        try
        {
            ImageBuildChecks.Check(plan.Image, plan.Tag);
            var built = await RunDockerAsync(docker, plan, options, observer, cancellationToken);
            return built with { Image = built.Image with { Duration = timeProvider.GetElapsedTime(started) } };
        }
        catch (ReleaseException exception)
        {
            return Failed(exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Failed(ReleaseException.Wrap(exception, nameof(Messages.BuildFilesUnwritable), ErrorKind.Failed, plan.Image.Name, plan.Image.Name, exception.Message));
        }

        ImageBuildResult Failed(ReleaseException error) =>
            new(plan.Describe(ImageBuildStatus.Failed) with { Reason = error.Message, Duration = timeProvider.GetElapsedTime(started) }, error);
    }

    /// <inheritdoc/>
    public void Dispose() => gate.Dispose();

    private async Task<ImageBuildResult> RunDockerAsync(
        DockerCli docker, ImageBuildPlan plan, ImageBuildOptions options, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        var image = plan.Image;
        var temporary = Directory.CreateTempSubdirectory("releasetools-"); // mode 0700
        try
        {
            await using var log = BuildLog.Create(options.LogFolder ?? Path.Combine(image.Workspace, ".releasetools", "logs"), image.Name, timeProvider.GetUtcNow());
            var idFile = Path.Combine(temporary.FullName, "image-id");
            IBuildOutputParser parser = docker.Builder == DockerBuilder.Classic ? new ClassicOutputParser(image.Name) : new BuildKitOutputParser(image.Name);
            var lines = PipeTarget.ToDelegate(line => Take(line, log, parser, observer));
            var ended = await docker.Command(DockerBuildArguments.For(image, plan.Tag, docker, options, idFile))
                .WithStandardOutputPipe(lines).WithStandardErrorPipe(lines).ExecuteAsync(cancellationToken);
            if (!ended.IsSuccess)
                return Failed(plan, parser.Failure, ended.ExitCode, log.Path);

            var id = (await File.ReadAllTextAsync(idFile, cancellationToken)).Trim();
            var onEngine = await engine.InspectAsync(id, cancellationToken)
                ?? throw ReleaseException.For(nameof(Messages.BuiltImageNotOnEngine), ErrorKind.InvalidState, image.Name, image.Name, id);
            return new ImageBuildResult(plan.Describe(ImageBuildStatus.Built) with
            {
                ImageId = id,
                SizeBytes = onEngine.SizeBytes,
                LogFile = log.Path,
                Reason = $"Docker built {Words.Size(onEngine.SizeBytes)}.",
            });
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private static void Take(string line, BuildLog log, IBuildOutputParser parser, IReleaseObserver observer)
    {
        log.WriteLine(TerminalText.Neutralise(line));
        ReleaseEvent? meaning;
        lock (parser)
            meaning = parser.Read(line);
        if (meaning is not null)
            observer.Report(meaning);
    }

    private static ImageBuildResult Failed(ImageBuildPlan plan, BuildFailure failure, int dockerExitCode, string logFile)
    {
        var what = failure.Step is null ? failure.Message ?? "docker said nothing" : failure.ExitCode is { } code ? $"{failure.Step} ended with exit code {code}" : $"{failure.Step}: {failure.Message}";
        var lines = failure.Lines.Count == 0 || failure.Step is null ? "" : Environment.NewLine + string.Join(Environment.NewLine, failure.Lines.Select(line => "  " + line));
        var error = ReleaseException.For(
            nameof(Messages.BuildFailed), ErrorKind.Failed, plan.Image.Name, plan.Image.Name, dockerExitCode.ToString(CultureInfo.InvariantCulture), what, lines, logFile);
        return new ImageBuildResult(plan.Describe(ImageBuildStatus.Failed) with { Reason = what + lines, LogFile = logFile }, error);
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
            return cli = found;
        }
        finally
        {
            gate.Release();
        }
    }
}
