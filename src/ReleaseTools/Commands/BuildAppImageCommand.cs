using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Builds images on the Docker engine, or finds that ECR holds one of the same inputs.</summary>
[Cmdlet("Build", "AppImage", SupportsShouldProcess = true, DefaultParameterSetName = ByName)]
[OutputType(typeof(AppImage))]
public sealed class BuildAppImageCommand : AwsCommand
{
    private const string ByName = "ByName";
    private const string ByObject = "ByObject";

    private readonly ImageRequest request = new();
    private readonly HashSet<(string Workspace, string Name)> taken = [];

    /// <summary>The images' names in the definition; all that Docker builds when left out. Wildcards are permitted.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true, ParameterSetName = ByName)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <summary>Images, as Get-ReleaseImage gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByObject)]
    public ReleaseImage[] InputObject { get; set; } = [];

    /// <summary>The release tag; the git commit when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Tag { get; set; }

    /// <summary>Builds without the cache, and although ECR holds an image of the same inputs.</summary>
    [Parameter]
    public SwitchParameter NoCache { get; set; }

    /// <summary>Builds although ECR holds an image of the same inputs.</summary>
    [Parameter]
    public SwitchParameter NoReuse { get; set; }

    /// <summary>A repository that is not there yet is no error, because Push-EcrImage -CreateRepository will make it. Nothing is made here.</summary>
    [Parameter]
    public SwitchParameter CreateRepository { get; set; }

    /// <summary>Asks the registry for newer base images.</summary>
    [Parameter]
    public SwitchParameter Pull { get; set; }

    /// <summary>How many are built at once; the definition's, else the processor count when left out.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int? ThrottleLimit { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => request.Add(Name, InputObject);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (MyInvocation.ExpectingInput && request.IsEmpty)
            return;
        var aws = ReadAwsOptions();
        var parts = request.ByWorkspace(ReadDefinitionPath(), forAll: Path is not null);
        Run(async (pipeline, cancelled) =>
        {
            foreach (var (path, names, images) in parts)
            {
                using var workspace = await ReleaseWorkspace.OpenAsync(path, aws, pipeline.Observer, Clock, cancelled);
                await BuildAsync(workspace, names, images, pipeline, cancelled);
            }
        });
    }

    private async Task BuildAsync(
        ReleaseWorkspace workspace, IReadOnlyList<string> names, IReadOnlyList<ReleaseImage> images, CommandPipeline pipeline, CancellationToken cancelled)
    {
        var definition = await workspace.ReadDefinitionAsync(cancelled);
        var tag = ImageReference.CheckTag(await workspace.TagAsync(Tag, cancelled));
        var chosen = images.Count > 0 ? images : Selection.OfImages(definition, names, pipeline);
        var reuse = NoReuse || NoCache ? null : await OpenRegistryAsync(workspace, definition, chosen, cancelled);
        var builders = new ImageBuilderChoice(workspace, asked: null);
        var plans = new List<ImageBuildPlan>();
        foreach (var image in chosen)
        {
            if (taken.Add((image.Workspace, image.Name)) && await PlanAsync(image) is { } plan)
                plans.Add(plan);
        }

        using var builds = new ImageBuilds(workspace.Engine, workspace.Environment, Clock);
        var throttle = ThrottleLimit ?? definition.ThrottleLimit ?? Environment.ProcessorCount;
        var options = new ImageBuildOptions { NoCache = NoCache, Pull = Pull };
        await foreach (var built in builds.RunAsync(plans, throttle, options, pipeline.Observer, cancelled))
            Write(built);

        // What is to be built or reused; null where nothing more is done.
        async Task<ImageBuildPlan?> PlanAsync(ReleaseImage image)
        {
            try
            {
                var settled = (await builders.SettleAsync([image], cancelled))[0];
                if (settled.Builder == ImageBuilder.CodeBuild)
                {
                    pipeline.Observer.Report(new Announced(image.Name, $"CodeBuild builds it: Start-InferenceBuild -Name {image.Name}"));
                    return null;
                }

                var plan = await ImageBuilds.PlanAsync(settled, tag, await workspace.FingerprintAsync(settled, cancelled), reuse, cancelled);
                var approval = plan.Action == ReleaseAction.Reuse ? Approval.Granted : await pipeline.ApproveAsync(image.Name, $"Build: {plan.Reason}");
                if (approval == Approval.WhatIf)
                    pipeline.Write(plan.Predicted);
                return approval == Approval.Granted ? plan : null;
            }
            catch (ReleaseException error) when (error.IsOfOneItem())
            {
                var failed = new AppImage { Name = image.Name, Repository = image.Repository, Tag = tag, Services = image.Services };
                Write(new ImageBuildResult(failed with { Status = ImageBuildStatus.Failed, Reason = error.Message }, error));
                return null;
            }
        }

        void Write(ImageBuildResult built)
        {
            if (built.Error is not null)
                pipeline.WriteError(built.Error, built.Image);
            pipeline.Write(built.Image);
        }
    }

    /// <summary>The registries in which images of the same inputs may be. What stands in the way of AWS is told before the first image.</summary>
    private async Task<IImageRegistry> OpenRegistryAsync(
        ReleaseWorkspace workspace, ReleaseDefinition definition, IReadOnlyList<ReleaseImage> images, CancellationToken cancelled)
    {
        var registries = await workspace.RegistryAsync(definition.Region, cancelled);
        await registries.OpenAsync(images.Select(image => image.Repository), cancelled);
        return CreateRepository ? new RepositoriesToCome(registries) : registries;
    }
}
