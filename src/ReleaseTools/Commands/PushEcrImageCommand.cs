using System.Management.Automation;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>
/// Puts built images into ECR, or into the registry that their repositories are in: pushes them, or puts the release tag on what
/// it holds already.
/// </summary>
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

    /// <summary>Makes a repository in ECR that is not there yet, with scan on push. Other registries make theirs by themselves.</summary>
    [Parameter]
    public SwitchParameter CreateRepository { get; set; }

    /// <summary>User and password for a registry that is not ECR. Without it come the credentials that docker has for it (docker login).</summary>
    [Parameter]
    [ValidateNotNull]
    [Credential]
    public PSCredential? RegistryCredential { get; set; }

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
            var once = images.DistinctBy(image => (image.Repository, image.Tag, image.ImageId, image.Digest)).ToList();
            using var sessions = Sessions.Of(aws, path, pipeline.Observer);
            var repositories = once.Select(image => image.Repository).ToList();
            var given = RegistryCredentials.For(RegistryCredential, repositories, sessions.FindEndpointOverride(AwsService.Ecr), pipeline.Observer);
            using var registries = new ImageRegistries(sessions, new DockerCredentials(aws.Environment, Clock, given), pipeline.Observer, Clock);
            using var engine = DockerEngine.Connect(aws.Environment, Clock);
            await registries.OpenAsync(repositories, cancelled);
            await PushAsync(new ImagePushes(engine, registries, Clock), once, pipeline, cancelled);
        });
    }

    private async Task PushAsync(ImagePushes pushes, IEnumerable<AppImage> built, CommandPipeline pipeline, CancellationToken cancelled)
    {
        var options = new ImagePushOptions { AlsoTags = AlsoTag, CreateRepository = CreateRepository };
        var chosen = new List<AppImage>();
        foreach (var image in built)
        {
            var approval = await ApproveAsync(image);
            if (approval == Approval.Granted)
                chosen.Add(image);
            else if (approval == Approval.WhatIf)
                await PredictAsync(image);
        }

        await foreach (var pushed in pushes.RunAsync(chosen, ThrottleLimit, options, pipeline.Observer, cancelled))
            Write(pushed.Image, pushed.Error);

        async Task<Approval> ApproveAsync(AppImage image)
        {
            if (image.Status == ImageBuildStatus.Planned)
                return Approval.WhatIf;
            if (CreateRepository && await CreatesRepositoryAsync(image) && await pipeline.ApproveAsync(image.Repository, "Create repository") == Approval.Refused)
                return Approval.Refused;
            return await pipeline.ApproveAsync($"{image.Repository}:{image.Tag}", "Push");
        }

        async Task<bool> CreatesRepositoryAsync(AppImage image)
        {
            try
            {
                return (await pushes.PlanAsync(image, options, cancelled)).CreatesRepository;
            }
            catch (ReleaseException error) when (error.IsOfOneItem())
            {
                return false; // the push, or its prediction, tells it
            }
        }

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
