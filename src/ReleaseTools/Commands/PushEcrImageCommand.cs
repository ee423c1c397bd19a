using System.Management.Automation;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Puts built images into ECR: pushes them, or puts the release tag on what ECR holds already.</summary>
[Cmdlet(VerbsCommon.Push, "EcrImage", SupportsShouldProcess = true)]
[OutputType(typeof(EcrImage))]
public sealed class PushEcrImageCommand : AwsCommand
{
    private readonly List<AppImage> images = [];

    /// <summary>Images, as Build-AppImage gives them. One whose build failed is left out: its error was told.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    public AppImage[] InputObject { get; set; } = [];

    /// <summary>More tags to put on the same manifest, such as <c>latest</c>; no layer is sent twice.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] AlsoTag { get; set; } = [];

    /// <summary>How many are pushed at once.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int ThrottleLimit { get; set; } = 4;

    /// <inheritdoc/>
    protected override void ProcessRecord() => images.AddRange(InputObject.Where(image => image.Status != ImageBuildStatus.Failed));

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (images.Count == 0)
            return;
        var (path, aws) = (ReadDefinitionPath(), ReadAwsOptions());
        var options = new ImagePushOptions { AlsoTags = AlsoTag };
        Run(async (pipeline, cancelled) =>
        {
            using var session = await Sessions.OpenAsync(aws, path, images[0].Repository, pipeline.Observer, cancelled);
            using var registry = new EcrRegistry(session, Clock);
            using var engine = DockerEngine.Connect(aws.Environment, Clock);
            var pushes = new ImagePushes(engine, registry, Clock);
            var chosen = new List<AppImage>();
            foreach (var image in images)
            {
                if (image.Status != ImageBuildStatus.Planned && await pipeline.ShouldProcessAsync($"{image.Repository}:{image.Tag}", "Push"))
                    chosen.Add(image);
                else
                    pipeline.Write((await pushes.PlanAsync(image, options, cancelled)).Predicted);
            }

            await foreach (var pushed in pushes.RunAsync(chosen, ThrottleLimit, options, pipeline.Observer, cancelled))
            {
                if (pushed.Error is not null)
                    pipeline.WriteError(pushed.Error, pushed.Image);
                pipeline.Write(pushed.Image);
            }
        });
    }
}
