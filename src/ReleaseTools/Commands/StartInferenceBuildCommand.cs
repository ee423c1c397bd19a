using System.Collections;
using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Inference.Builds;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Starts a build of the inference image, or of another image, on AWS CodeBuild.</summary>
[Cmdlet(VerbsLifecycle.Start, "InferenceBuild", SupportsShouldProcess = true, DefaultParameterSetName = ByName)]
[OutputType(typeof(InferenceBuild))]
public sealed class StartInferenceBuildCommand : ImageCommand
{
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
    protected override void EndProcessing()
    {
        if (ReadRequest() is not { } parts)
            return;
        var aws = ReadAwsOptions();
        var options = new InferenceBuildOptions
        {
            NoCache = NoCache,
            Force = NoReuse,
            EnvironmentVariables = EnvironmentVariable.Cast<DictionaryEntry>().ToDictionary(pair => $"{pair.Key}", pair => $"{pair.Value}", StringComparer.Ordinal),
            SourceVersion = SourceVersion,
        };
        Run(async (pipeline, cancelled) =>
        {
            foreach (var (path, names, images) in parts)
            {
                using var workspace = await ReleaseWorkspace.OpenAsync(path, aws, pipeline.Observer, Clock, cancelled);
                await BuildAsync(workspace, names, images, options, pipeline, cancelled);
            }
        });
    }

    private async Task BuildAsync(
        ReleaseWorkspace workspace,
        IReadOnlyList<string> names,
        IReadOnlyList<ReleaseImage> images,
        InferenceBuildOptions options,
        CommandPipeline pipeline,
        CancellationToken cancelled)
    {
        var definition = await workspace.ReadDefinitionAsync(cancelled);
        var tag = ImageReference.CheckTag(await workspace.TagAsync(Tag, cancelled));
        var git = await workspace.GitAsync(cancelled);
        var session = await workspace.AwsAsync(definition.Region, cancelled);
        var builds = new CodeBuilds(session, await workspace.RegistryAsync(definition.Region, cancelled), pipeline.Observer, Clock);
        var builders = new ImageBuilderChoice(workspace, ImageBuilder.CodeBuild);
        var fingerprints = new ImageFingerprints(workspace, definition, builders.SettleAsync);
        var chosen = images.Count > 0 ? images : Named(definition, names, pipeline);
        fingerprints.Expect(chosen);
        await Task.WhenAll(chosen.Where(Take).ToList().Select(OneAsync));

        async Task OneAsync(ReleaseImage image)
        {
            try
            {
                var settled = await builders.SettleAsync(image, cancelled);
                var how = options with
                {
                    Fingerprint = await fingerprints.OfAsync(settled, cancelled),
                    Commit = git?.Commit,
                    Difference = token => fingerprints.DifferenceFromCommitAsync(settled, token),
                    EndpointName = string.Equals(image.Name, definition.Inference.Image, StringComparison.Ordinal) ? definition.Inference.EndpointName : null,
                };
                if (await BuildOneAsync(settled, tag, how, builds, () => ImageLabels.OfAsync(workspace, cancelled), pipeline, cancelled) is { } build)
                    Write(build, Outcomes.ErrorOf(build));
            }
            catch (ReleaseException error) when (error.IsOfOneItem())
            {
                var failed = new InferenceBuild
                {
                    Name = image.Name,
                    ProjectName = image.CodeBuildProject ?? string.Empty,
                    Repository = image.Repository,
                    Tag = tag,
                    Status = InferenceBuildStatus.Failed,
                    Reason = error.Message,
                    Services = image.Services,
                };
                Write(failed, error);
            }
        }

        void Write(InferenceBuild build, ReleaseException? error)
        {
            if (error is not null)
                pipeline.WriteError(error, build);
            pipeline.Write(build);
        }
    }

    private static IReadOnlyList<ReleaseImage> Named(ReleaseDefinition definition, IReadOnlyList<string> names, CommandPipeline pipeline)
    {
        if (names.Count > 0)
            return Selection.OfImages(definition, names, pipeline);
        return definition.Inference.Image is { } served
            ? Selection.OfImages(definition, [served], pipeline)
            : throw ReleaseException.For(nameof(Messages.InferenceImageNotNamed), ErrorKind.InvalidArgument, definition.Path, definition.Path, definition.Inference.Reason);
    }

    /// <summary>The build, or what is predicted of it; null when the user said no.</summary>
    private async Task<InferenceBuild?> BuildOneAsync(
        ReleaseImage image,
        string tag,
        InferenceBuildOptions options,
        CodeBuilds builds,
        Func<Task<IReadOnlyDictionary<string, string>>> labels,
        CommandPipeline pipeline,
        CancellationToken cancelled)
    {
        var plan = await builds.PlanAsync(image, image.CodeBuildProject!, tag, options, cancelled);
        switch (await pipeline.ApproveAsync(plan.ProjectName, $"Build {image.Name}: {plan.Reason}"))
        {
            case Approval.WhatIf: return plan;
            case Approval.Refused: return null;
        }

        if (plan.Status == InferenceBuildStatus.Reused)
            return await builds.ReuseAsync(plan, cancelled);
        var started = await builds.StartAsync(image, plan.ProjectName, tag, options with { Labels = await labels() }, cancelled);
        return Wait ? await builds.WaitAsync(started, TimeSpan.FromSeconds(TimeoutSec), cancelled) : started;
    }
}
