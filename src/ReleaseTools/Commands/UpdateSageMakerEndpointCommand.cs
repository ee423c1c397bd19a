using System.Collections;
using System.Management.Automation;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>
/// Updates a SageMaker endpoint to an image, another environment or other instances, only if it is not so already, and proves
/// that it serves what it should.
/// </summary>
[Cmdlet(VerbsData.Update, "SageMakerEndpoint", SupportsShouldProcess = true, DefaultParameterSetName = ByUri)]
[OutputType(typeof(EndpointUpdate))]
public sealed class UpdateSageMakerEndpointCommand : EndpointCommand
{
    private const string ByUri = "ByUri";
    private const string ByBuild = "ByBuild";
    private const string ByImage = "ByImage";

    private readonly List<(string? Endpoint, EcrImage? Image)> asked = [];
    private EndpointUpdateOptions options = new();

    /// <summary>A build, as Start-InferenceBuild -Wait gives it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByBuild)]
    public InferenceBuild? Build { get; set; }

    /// <summary>An image, as Push-EcrImage gives it.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByImage)]
    public EcrImage? Image { get; set; }

    /// <summary>The image to serve, by digest: <c>repository@sha256:…</c>; what it serves when left out.</summary>
    [Parameter(ParameterSetName = ByUri)]
    [ValidateNotNullOrEmpty]
    public string? ImageUri { get; set; }

    /// <summary>The endpoint; the definition's when left out.</summary>
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty]
    public string? EndpointName { get; set; }

    /// <summary>The variant to update; every one that serves an image of the repository when left out, without an image every one.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? VariantName { get; set; }

    /// <summary>The container of an inference pipeline to update; the one that runs an image of the repository when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ContainerHostname { get; set; }

    /// <summary>Variables of the model's environment to set; the others stay. Not for secrets: whoever may read the model sees them.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable Environment { get; set; } = [];

    /// <summary>Names of variables to take from the model's environment.</summary>
    [Parameter]
    [ValidateNotNull]
    public string[] RemoveEnvironment { get; set; } = [];

    /// <summary>The variants' instance type, such as <c>ml.g4dn.xlarge</c>.</summary>
    [Parameter]
    [ValidatePattern(@"^ml\.[a-z0-9-]+\.[a-z0-9]+$")]
    public string? InstanceType { get; set; }

    /// <summary>The variants' instance count; what autoscaling or people made of it is left as it is when left out.</summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public int? InstanceCount { get; set; }

    /// <summary>Updates although the endpoint is as asked for.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Does not wait for the update's end, and so proves nothing.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>How long to wait, in seconds. The update goes on afterwards.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 3600;

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        try
        {
            options = ReadOptions();
            options.Check();
        }
        catch (ReleaseException wrong)
        {
            ThrowTerminatingError(ErrorRecords.From(wrong));
        }
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case ByBuild: Ask(Build!); break;
            // What failed was told as an error by who made it.
            case ByImage when Image!.Status != ImagePushStatus.Failed: asked.Add((EndpointName, Image)); break;
            case ByUri: asked.Add((EndpointName, ImageUri is null ? null : OfUri(ImageUri))); break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (asked.Count == 0)
            return;
        var (path, aws) = (ReadDefinitionPath(), ReadAwsOptions());
        var how = options;
        Run(async (pipeline, cancelled) =>
        {
            var defined = asked.Exists(one => one.Endpoint is null) ? await DefinedEndpoint.OfAsync(path, aws, Clock, pipeline.Observer, cancelled) : null;
            using var sessions = Sessions.Of(aws, path, pipeline.Observer);
            using var registries = new ImageRegistries(sessions, new DockerCredentials(aws.Environment, Clock), pipeline.Observer, Clock);
            foreach (var (endpoint, image) in asked)
            {
                var session = await sessions.NearAsync(aws, image?.Repository, cancelled);
                await UpdateAsync(new EndpointUpdates(session, registries, pipeline.Observer, Clock), endpoint ?? defined!, image, how, pipeline, cancelled);
            }
        });
    }

    private static async Task UpdateAsync(
        EndpointUpdates updates, string endpoint, EcrImage? image, EndpointUpdateOptions options, CommandPipeline pipeline, CancellationToken cancelled)
    {
        try
        {
            var plan = await updates.PlanAsync(endpoint, image, options, cancelled);
            var isUnchanged = plan.Action == EndpointAction.Unchanged;
            var approval = isUnchanged && !plan.OwesProof ? Approval.Granted
                : await pipeline.ApproveAsync(endpoint, isUnchanged ? $"Mark its configuration {plan.EndpointConfigName} as proven" : $"Update: {plan.Reason}");
            if (approval == Approval.WhatIf || (approval == Approval.Refused && isUnchanged))
                pipeline.Write(plan.ToUpdate());
            if (approval != Approval.Granted)
                return;
            if (image is { Digest: null })
                throw ReleaseException.For(nameof(Messages.ImageNotInEcrYet), ErrorKind.InvalidState, endpoint, image.Name, image.Repository, image.Tag);
            var update = await updates.UpdateAsync(plan, cancelled);
            if (Outcomes.ErrorOf(update) is { } error)
                pipeline.WriteError(error, update);
            pipeline.Write(update);
        }
        catch (ReleaseException error) when (error.IsOfOneItem())
        {
            var failed = new EndpointUpdate { EndpointName = endpoint, Status = EndpointUpdateStatus.Failed, Digest = image?.Digest, ImageUri = image?.ImageUri, Reason = error.Message };
            pipeline.WriteError(error, failed);
            pipeline.Write(failed);
        }
    }

    private EndpointUpdateOptions ReadOptions() => new()
    {
        VariantName = VariantName,
        ContainerHostname = ContainerHostname,
        Change = new()
        {
            Environment = Environment.Cast<DictionaryEntry>().ToDictionary(pair => $"{pair.Key}", pair => $"{pair.Value}", StringComparer.Ordinal),
            RemoveEnvironment = RemoveEnvironment,
            InstanceType = InstanceType,
            InstanceCount = InstanceCount,
        },
        Deployment = ReadDeployment(),
        Force = Force,
        NoWait = NoWait,
        Timeout = TimeSpan.FromSeconds(TimeoutSec),
    };

    private void Ask(InferenceBuild build)
    {
        // What failed was told as an error by who made it.
        if (Outcomes.ErrorOf(build) is not null)
            return;
        if (build.Digest is null && build.Status != InferenceBuildStatus.Planned)
            WriteError(ErrorRecords.From(ReleaseException.For(nameof(Messages.InferenceBuildNotEnded), ErrorKind.InvalidState, build, build.Name, build.BuildId), build));
        else
            asked.Add((EndpointName ?? build.EndpointName, ImageFlow.ToEcrImage(build)));
    }

    private EcrImage OfUri(string uri)
    {
        var named = NamedImage.Parse(uri);
        if (named.Digest is null || !ImageReference.IsDigest(named.Digest))
            ThrowTerminatingError(ErrorRecords.From(ReleaseException.For(nameof(Messages.ImageUriWithoutDigest), ErrorKind.InvalidArgument, uri, uri, named.Repository, named.EffectiveTag)));
        var name = named.Repository[(named.Repository.LastIndexOf('/') + 1)..];
        return new EcrImage { Name = name, Repository = named.Repository, Tag = named.Tag ?? string.Empty, Digest = named.Digest, Status = ImagePushStatus.AlreadyPresent };
    }
}
