using System.Management.Automation;
using ReleaseTools.Engine.Errors;
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

    /// <summary>
    /// Waits for ECR's scan of each image, and fails those with a finding of this severity or worse before they get another
    /// tag; as the definition says when left out.
    /// </summary>
    [Parameter]
    [ValidateSet(nameof(FindingSeverity.Informational), nameof(FindingSeverity.Low), nameof(FindingSeverity.Medium), nameof(FindingSeverity.High), nameof(FindingSeverity.Critical))]
    public FindingSeverity? FailOnSeverity { get; set; }

    /// <summary>How long a scan is waited for, in seconds.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int ScanTimeoutSec { get; set; } = 300;

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
        Run(async (pipeline, cancelled) =>
        {
            using var engine = DockerEngine.Connect(aws.Environment, Clock);
            var once = images.DistinctBy(image => (image.Repository, image.Tag, image.ImageId, image.Digest));
            foreach (var region in once.GroupBy(image => EcrRepository.Parse(image.Repository).Region, StringComparer.Ordinal))
            {
                using var session = await Sessions.OpenAsync(aws, path, region.First().Repository, pipeline.Observer, cancelled);
                using var registry = new EcrRegistry(session, Clock);
                await PushAsync(new ImagePushes(engine, registry, Clock), region, pipeline, cancelled);
            }
        });
    }

    private async Task PushAsync(ImagePushes pushes, IEnumerable<AppImage> built, CommandPipeline pipeline, CancellationToken cancelled)
    {
        var options = new ImagePushOptions { AlsoTags = AlsoTag, FailOnSeverity = FailOnSeverity, ScanTimeout = TimeSpan.FromSeconds(ScanTimeoutSec) };
        var chosen = new List<AppImage>();
        foreach (var image in built)
        {
            var approval = image.Status == ImageBuildStatus.Planned ? Approval.WhatIf : await pipeline.ApproveAsync($"{image.Repository}:{image.Tag}", "Push");
            if (approval == Approval.Granted)
                chosen.Add(image);
            else if (approval == Approval.WhatIf)
                await PredictAsync(image);
        }

        await foreach (var pushed in pushes.RunAsync(chosen, ThrottleLimit, options, pipeline.Observer, cancelled))
            Write(pushed.Image, pushed.Error);

        async Task PredictAsync(AppImage image)
        {
            try
            {
                Write((await pushes.PlanAsync(image, options, cancelled)).Predicted, error: null);
            }
            catch (ReleaseException error) when (error.IsOfOneItem())
            {
                var failed = new EcrImage { Name = image.Name, Repository = image.Repository, Tag = image.Tag, Services = image.Services };
                Write(failed with { Status = ImagePushStatus.Failed, Reason = error.Message }, error);
            }
        }

        void Write(EcrImage image, ReleaseException? error)
        {
            if (error is not null)
                pipeline.WriteError(error, image);
            pipeline.Write(image);
        }
    }
}
