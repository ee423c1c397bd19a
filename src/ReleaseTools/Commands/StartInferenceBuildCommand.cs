using System.Collections;
using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Starts a build of the inference image, or of another image, on AWS CodeBuild.</summary>
[Cmdlet(VerbsLifecycle.Start, "InferenceBuild", SupportsShouldProcess = true)]
[OutputType(typeof(InferenceBuild))]
public sealed class StartInferenceBuildCommand : AwsCommand
{
    private readonly List<string> names = [];

    /// <summary>The images' names in the definition; the one that the endpoint serves when left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>The tag that the build pushes; the git commit when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Tag { get; set; }

    /// <summary>Builds without Docker's cache, and although ECR holds an image of the same inputs.</summary>
    [Parameter]
    public SwitchParameter NoCache { get; set; }

    /// <summary>Builds although ECR holds an image of the same inputs.</summary>
    [Parameter]
    public SwitchParameter NoReuse { get; set; }

    /// <summary>Environment variables for this build, over the project's. Not for secrets: CodeBuild's console shows them.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable EnvironmentVariable { get; set; } = [];

    /// <summary>The source version to build, where the project has a source.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? SourceVersion { get; set; }

    /// <summary>Waits for the build's end and gives the image's digest.</summary>
    [Parameter]
    public SwitchParameter Wait { get; set; }

    /// <summary>How long to wait, in seconds. The build goes on afterwards.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 3600;

    /// <inheritdoc/>
    protected override void ProcessRecord() => names.AddRange(Name);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (MyInvocation.ExpectingInput && names.Count == 0)
            return;
        var (path, aws) = (ReadDefinitionPath(), ReadAwsOptions());
        var variables = EnvironmentVariable.Cast<DictionaryEntry>().ToDictionary(pair => $"{pair.Key}", pair => $"{pair.Value}", StringComparer.Ordinal);
        Run(async (pipeline, cancelled) =>
        {
            using var workspace = await ReleaseWorkspace.OpenAsync(path, aws, pipeline.Observer, Clock, cancelled);
            var definition = await workspace.ReadDefinitionAsync(cancelled);
            var tag = await workspace.TagAsync(Tag, cancelled);
            var session = await workspace.AwsAsync(definition.Region, cancelled);
            var builds = new CodeBuilds(session, await workspace.RegistryAsync(definition.Region, cancelled), pipeline.Observer, Clock);
            var chosen = await new ImageBuilderChoice(workspace, ImageBuilder.CodeBuild).SettleAsync(Chosen(definition, pipeline), cancelled);
            await Task.WhenAll(chosen.Select(async image =>
            {
                var options = new InferenceBuildOptions
                {
                    NoCache = NoCache,
                    Force = NoReuse,
                    EnvironmentVariables = variables,
                    SourceVersion = SourceVersion,
                    Fingerprint = await workspace.FingerprintAsync(image, cancelled),
                    EndpointName = string.Equals(image.Name, definition.Inference.Image, StringComparison.Ordinal) ? definition.Inference.EndpointName : null,
                };
                var build = await BuildAsync(image, tag, options, builds, pipeline, cancelled);
                if (Outcomes.ErrorOf(build) is { } error)
                    pipeline.WriteError(error, build);
                pipeline.Write(build);
            }));
        });
    }

    private IReadOnlyList<ReleaseImage> Chosen(ReleaseDefinition definition, CommandPipeline pipeline)
    {
        if (names.Count > 0)
            return Selection.OfImages(definition, names, pipeline);
        return definition.Inference.Image is { } served
            ? Selection.OfImages(definition, [served], pipeline)
            : throw ReleaseException.For(nameof(Messages.InferenceImageNotNamed), ErrorKind.InvalidArgument, definition.Path, definition.Path, definition.Inference.Reason);
    }

    private async Task<InferenceBuild> BuildAsync(
        ReleaseImage image, string tag, InferenceBuildOptions options, CodeBuilds builds, CommandPipeline pipeline, CancellationToken cancelled)
    {
        var plan = await builds.PlanAsync(image, image.CodeBuildProject!, tag, options, cancelled);
        if (!await pipeline.ShouldProcessAsync(plan.ProjectName, $"Build {image.Name}: {plan.Reason}"))
            return plan;
        if (plan.Status == InferenceBuildStatus.Reused)
            return await builds.ReuseAsync(plan, cancelled);
        var started = await builds.StartAsync(image, plan.ProjectName, tag, options, cancelled);
        return Wait ? await builds.WaitAsync(started, TimeSpan.FromSeconds(TimeoutSec), cancelled) : started;
    }
}
