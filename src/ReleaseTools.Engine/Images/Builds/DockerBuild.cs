using CliWrap;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>One run of <c>docker build</c>: what it is given, what it writes, and what came of it.</summary>
internal sealed class DockerBuild(DockerCli cli, IDockerEngine engine, ImageBuildPlan plan, ImageBuildOptions options, BuildLog log, IReleaseObserver observer)
{
    private readonly bool isClassic = cli.Builder == DockerBuilder.Classic;
    private readonly BuildSecrets secrets = BuildSecrets.Of(plan.Image, options.Variable);
    private readonly IBuildOutputParser parser = cli.Builder == DockerBuilder.Classic ? new ClassicOutputParser(plan.Image.Name) : new BuildKitOutputParser(plan.Image.Name);

    /// <summary>Builds.</summary>
    /// <param name="baseImages">The images of the definition that it begins with.</param>
    /// <param name="builder">The builder of buildx to name; null for the one in use.</param>
    /// <param name="cancellationToken">Stops it; the CLI and its children are ended.</param>
    public async Task<ImageBuildResult> RunAsync(IReadOnlyList<BaseImage> baseImages, string? builder, CancellationToken cancellationToken)
    {
        var temporary = Directory.CreateTempSubdirectory("releasetools-"); // mode 0700
        try
        {
            var idFile = Path.Combine(temporary.FullName, "image-id");
            var input = new DockerBuildInput(isClassic ? BuildFolder.Plain(plan.Image) : BuildFolder.Prepare(plan.Image), idFile, baseImages, secrets) { Builder = builder };
            var lines = PipeTarget.ToDelegate(Take);
            var ended = await cli.Command(DockerBuildArguments.For(plan, cli, options, input), secrets.Environment)
                .WithStandardOutputPipe(lines).WithStandardErrorPipe(lines).ExecuteAsync(cancellationToken);
            return ended.IsSuccess
                ? await BuiltAsync((await File.ReadAllTextAsync(idFile, cancellationToken)).Trim(), cancellationToken)
                : await FailedAsync(ended.ExitCode, cancellationToken);
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    // Standard output and error come from two threads.
    private void Take(string line)
    {
        line = secrets.Mask(line);
        log.WriteLine(TerminalText.Neutralise(line));
        ReleaseEvent? meaning;
        lock (parser)
            meaning = parser.Read(line);
        if (meaning is not null)
            observer.Report(meaning);
    }

    private async Task<ImageBuildResult> BuiltAsync(string id, CancellationToken cancellationToken)
    {
        var onEngine = await engine.InspectAsync(id, cancellationToken)
            ?? throw ReleaseException.For(nameof(Messages.BuiltImageNotOnEngine), ErrorKind.InvalidState, plan.Image.Name, plan.Image.Name, id);
        return new ImageBuildResult(plan.Describe(ImageBuildStatus.Built) with
        {
            ImageId = id,
            SizeBytes = onEngine.SizeBytes,
            LogFile = log.Path,
            // The classic builder got the whole context, and may have copied what no input names.
            Fingerprint = isClassic && !plan.Image.WholeContext ? null : plan.Fingerprint,
            Reason = $"Docker built {Words.Size(onEngine.SizeBytes)}.",
        });
    }

    private async Task<ImageBuildResult> FailedAsync(int exitCode, CancellationToken cancellationToken)
    {
        var failure = parser.Failure;
        var error = BuildErrors.Of(plan.Image, failure, exitCode, await WhyEngineIsGoneAsync(cancellationToken), log.Path);
        return new ImageBuildResult(plan.Describe(ImageBuildStatus.Failed) with { Reason = error.Id == nameof(Messages.BuildEngineLost) ? error.Message : BuildErrors.Text(failure), LogFile = log.Path }, error);
    }

    private async Task<ReleaseException?> WhyEngineIsGoneAsync(CancellationToken cancellationToken)
    {
        try
        {
            await engine.PingAsync(cancellationToken);
            return null;
        }
        catch (ReleaseException gone)
        {
            return gone;
        }
    }
}
