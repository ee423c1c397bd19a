using System.Management.Automation;
using System.Threading.Channels;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>
/// Puts built images into ECR, or into the registry that their repositories are in: pushes them, or puts the release tag on what
/// it holds already. Each is begun with as it comes, while others are still being built.
/// </summary>
[Cmdlet(VerbsCommon.Push, "EcrImage", SupportsShouldProcess = true)]
[OutputType(typeof(EcrImage))]
public sealed class PushEcrImageCommand : AwsCommand
{
    private readonly List<AppImage> waiting = [];
    private readonly HashSet<PushKey> taken = [];
    private readonly Channel<AskedPush> asked = Channel.CreateUnbounded<AskedPush>();
    private RunningWork? work;

    /// <summary>Images, as Build-AppImage gives them. One whose build failed comes out as failed: its error was told.</summary>
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
    protected override void BeginProcessing()
    {
        // Known before the first image is built.
        if (AlsoTag.Length > 0)
        {
            Run((_, _) =>
            {
                Array.ForEach(AlsoTag, tag => ImageReference.CheckTag(tag));
                return Task.CompletedTask;
            });
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var image in InputObject.Where(image => taken.Add(new PushKey(image.Repository, image.Tag, image.ImageId, image.Digest))))
        {
            if (image.Status == ImageBuildStatus.Failed)
                WriteObject(Failed(image, $"Its build failed. {image.Reason}".TrimEnd()));
            else
                waiting.Add(image);
        }

        // Whether a credential is for one registry alone is known with the last image.
        if (RegistryCredential is null)
            Begin();
        work?.Serve();
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        Begin();
        asked.Writer.Complete();
        work?.Finish();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            work?.Dispose();
        base.Dispose(disposing);
    }

    private static EcrImage Failed(AppImage image, string reason) => new()
    {
        Name = image.Name, Repository = image.Repository, Tag = image.Tag, Services = image.Services, Status = ImagePushStatus.Failed, Reason = reason,
    };

    /// <summary>Hands what has come to the work, which begins with the first.</summary>
    private void Begin()
    {
        if (waiting.Count == 0)
            return;
        if (work is null)
        {
            var (path, aws, repositories) = (ReadDefinitionPath(), ReadAwsOptions(), waiting.Select(image => image.Repository).ToList());
            work = Start((pipeline, cancelled) => PushAsync(path, aws, repositories, pipeline, cancelled));
        }

        // Asked here, on the pipeline's thread: a question of the work's would wait for the next image.
        foreach (var image in waiting)
            asked.Writer.TryWrite(new AskedPush(image, image.Status == ImageBuildStatus.Planned ? Approval.WhatIf : Approvals.Ask(this, $"{image.Repository}:{image.Tag}", "Push")));
        waiting.Clear();
    }

    private async Task PushAsync(string path, AwsSessionOptions aws, IReadOnlyList<string> repositories, CommandPipeline pipeline, CancellationToken cancelled)
    {
        using var sessions = Sessions.Of(aws, path, pipeline.Observer);
        var given = RegistryCredentials.For(RegistryCredential, repositories, sessions.FindEndpointOverride(AwsService.Ecr), pipeline.Observer);
        using var registries = new ImageRegistries(sessions, new DockerCredentials(aws.Environment, Clock, given), pipeline.Observer, Clock);
        using var engine = DockerEngine.Connect(aws.Environment, Clock);
        using var slots = new SemaphoreSlim(ThrottleLimit);
        var pushes = new ImagePushes(engine, registries, Clock);
        var begun = new List<Task>();
        var done = 0;
        await foreach (var (image, approval) in asked.Reader.ReadAllAsync(cancelled))
        {
            if (approval != Approval.Refused)
                begun.Add(OneAsync(image, approval));
        }

        await Task.WhenAll(begun);

        async Task OneAsync(AppImage image, Approval approval)
        {
            await slots.WaitAsync(cancelled);
            try
            {
                await registries.OpenAsync([image.Repository], cancelled);
                await PushAsync(pushes, image, approval, pipeline, cancelled);
            }
            finally
            {
                slots.Release();
                pipeline.Observer.Report(new ItemDone(image.Name, ReleaseStage.Push));
                pipeline.Observer.Report(new BatchProgress("Push images", Interlocked.Increment(ref done), begun.Count));
            }
        }
    }

    private async Task PushAsync(ImagePushes pushes, AppImage image, Approval approval, CommandPipeline pipeline, CancellationToken cancelled)
    {
        var options = new ImagePushOptions
        {
            AlsoTags = AlsoTag, FailOnSeverity = FailOnSeverity, ScanTimeout = TimeSpan.FromSeconds(ScanTimeoutSec), CreateRepository = CreateRepository,
        };
        try
        {
            var plan = approval == Approval.WhatIf || CreateRepository ? await pushes.PlanAsync(image, options, cancelled) : null;
            if (plan?.CreatesRepository == true && image.Status != ImageBuildStatus.Planned && await pipeline.ApproveAsync(image.Repository, "Create repository") == Approval.Refused)
                return;
            if (approval == Approval.WhatIf)
            {
                pipeline.Write(plan!.Predicted);
                return;
            }
        }
        catch (ReleaseException error) when (error.IsOfOneItem())
        {
            Write(Failed(image, error.Message), error);
            return;
        }

        var pushed = await pushes.PushAsync(image, options, pipeline.Observer, cancelled);
        Write(pushed.Image, pushed.Error);

        void Write(EcrImage record, ReleaseException? error)
        {
            if (error is not null)
                pipeline.WriteError(error, record);
            pipeline.Write(record);
        }
    }

    private sealed record AskedPush(AppImage Image, Approval Approval);

    private sealed record PushKey(string Repository, string Tag, string? ImageId, string? Digest);
}
