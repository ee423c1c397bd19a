using System.Management.Automation;
using ReleaseTools.Engine.Images.Builds;
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

    private readonly List<string> names = [];
    private readonly List<ReleaseImage> images = [];

    /// <summary>The images' names in the definition; all that Docker builds when left out. Wildcards are permitted.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ParameterSetName = ByName)]
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

    /// <summary>Asks the registry for newer base images.</summary>
    [Parameter]
    public SwitchParameter Pull { get; set; }

    /// <summary>How many are built at once; the definition's, else the processor count when left out.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int? ThrottleLimit { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        names.AddRange(Name);
        images.AddRange(InputObject);
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (MyInvocation.ExpectingInput && names.Count + images.Count == 0)
            return;
        var (path, aws) = (ReadDefinitionPath(images.FirstOrDefault()?.Workspace), ReadAwsOptions());
        var options = new ImageBuildOptions { NoCache = NoCache, Pull = Pull };
        Run(async (pipeline, cancelled) =>
        {
            using var workspace = await ReleaseWorkspace.OpenAsync(path, aws, pipeline.Observer, Clock, cancelled);
            var definition = await workspace.ReadDefinitionAsync(cancelled);
            var tag = await workspace.TagAsync(Tag, cancelled);
            var reuse = NoReuse || NoCache ? null : await workspace.RegistryAsync(definition.Region, cancelled);
            var chosen = images.Count > 0 ? images : Selection.OfImages(definition, names, pipeline);
            using var builds = new ImageBuilds(workspace.Engine, workspace.Environment, Clock);
            var plans = new List<ImageBuildPlan>();
            foreach (var image in await new ImageBuilderChoice(workspace, asked: null).SettleAsync(chosen, cancelled))
            {
                if (image.Builder == ImageBuilder.CodeBuild)
                {
                    pipeline.Observer.Report(new Announced(image.Name, $"CodeBuild builds it: Start-InferenceBuild -Name {image.Name}"));
                    continue;
                }

                var plan = await ImageBuilds.PlanAsync(image, tag, await workspace.FingerprintAsync(image, cancelled), reuse, cancelled);
                if (plan.Action == ReleaseAction.Reuse || await pipeline.ShouldProcessAsync(image.Name, $"Build: {plan.Reason}"))
                    plans.Add(plan);
                else
                    pipeline.Write(plan.Predicted);
            }

            var throttle = ThrottleLimit ?? definition.ThrottleLimit ?? Environment.ProcessorCount;
            await foreach (var built in builds.RunAsync(plans, throttle, options, pipeline.Observer, cancelled))
            {
                if (built.Error is not null)
                    pipeline.WriteError(built.Error, built.Image);
                pipeline.Write(built.Image);
            }
        });
    }
}
