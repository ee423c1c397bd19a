using System.Management.Automation;
using System.Runtime.ExceptionServices;
using ReleaseTools.Engine.Images;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>
/// Builds images, each where its definition says: on the Docker engine or on AWS CodeBuild; or finds that the registry holds one
/// of the same inputs. Images that others begin with are built first.
/// </summary>
[Cmdlet("Build", "AppImage", SupportsShouldProcess = true, DefaultParameterSetName = ByName)]
[OutputType(typeof(AppImage))]
public sealed class BuildAppImageCommand : ImageCommand
{
    /// <summary>Build arguments over the definition's: <c>NAME=value</c>, <c>NAME</c> for the variable of that name, or a hashtable. Not for secrets.</summary>
    [Parameter]
    [NamedValues]
    [ValidateNotNullOrEmpty]
    public string[] BuildArg { get; set; } = [];

    /// <summary>The Dockerfile's stage to build, over the definition's.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Target { get; set; }

    /// <summary>The platform to build for, over the definition's: <c>linux/amd64</c>, <c>linux/arm64</c>.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Platform { get; set; }

    /// <summary>Secrets for <c>RUN --mount=type=secret</c>: <c>id=NAME,env=VARIABLE</c> or <c>id=NAME,src=FILE</c>. On CodeBuild VARIABLE is the project's, from Secrets Manager or the Parameter Store.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Secret { get; set; } = [];

    /// <summary>Where cached steps may be taken from, over the definition's, as <c>docker build --cache-from</c> takes it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] CacheFrom { get; set; } = [];

    /// <summary>Where the cache is left, over the definition's, as <c>docker buildx build --cache-to</c> takes it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] CacheTo { get; set; } = [];

    /// <summary>A repository that is not there yet is no error, because Push-EcrImage -CreateRepository will make it. Nothing is made here.</summary>
    [Parameter]
    public SwitchParameter CreateRepository { get; set; }

    /// <summary>Asks the registry for newer base images.</summary>
    [Parameter]
    public SwitchParameter Pull { get; set; }

    /// <summary>Attests how the image was built. It becomes an index, which needs buildx and an engine with the containerd image store, and is an error on CodeBuild.</summary>
    [Parameter]
    public SwitchParameter Provenance { get; set; }

    /// <summary>Attests which packages are in the image. It becomes an index, which needs buildx and an engine with the containerd image store, and is an error on CodeBuild.</summary>
    [Parameter]
    public SwitchParameter Sbom { get; set; }

    /// <summary>Where images are built that the definition does not give to CodeBuild; as it says when left out.</summary>
    [Parameter]
    public ImageBuilder? Builder { get; set; }

    /// <summary>How many are built at once on the Docker engine; the definition's, else the processor count when left out.</summary>
    [Parameter]
    [ValidateRange(1, 64)]
    public int? ThrottleLimit { get; set; }

    /// <summary>How long each build on CodeBuild is waited for, in seconds. It goes on afterwards.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 3600;

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (ReadRequest() is not { } parts)
            return;
        var aws = ReadAwsOptions();
        var overrides = new BuildOverrides
        {
            BuildArgs = BuildArg, Target = Target, Platform = Platform, Secrets = Secret, CacheFrom = CacheFrom, CacheTo = CacheTo,
            Folder = SessionState.Path.CurrentFileSystemLocation.ProviderPath,
        };
        Run(async (pipeline, cancelled) =>
        {
            foreach (var (path, names, images) in parts)
            {
                using var workspace = await ReleaseWorkspace.OpenAsync(path, aws, pipeline.Observer, Clock, cancelled);
                workspace.LookForGit(cancelled); // while the definition is read
                var definition = await workspace.ReadDefinitionAsync(cancelled);
                var options = new WorkspaceBuildOptions
                {
                    Tag = ImageReference.CheckTag(await workspace.TagAsync(Tag, cancelled)),
                    ThrottleLimit = ThrottleLimit,
                    RepositoriesMayBeMissing = CreateRepository,
                    Build = new ImageBuildOptions { NoReuse = NoReuse, NoCache = NoCache, Pull = Pull, Provenance = Provenance, Sbom = Sbom },
                    Overrides = overrides,
                    Timeout = TimeSpan.FromSeconds(TimeoutSec),
                };
                var chosen = images.Count > 0 ? images : Selection.OfImages(definition, names, pipeline);
                options = options with { Chosen = chosen.Select(image => image.Name).ToHashSet(StringComparer.Ordinal) };
                using var builds = await WorkspaceBuilds.CreateAsync(workspace, definition, new ImageBuilderChoice(workspace, Builder), options, cancelled);
                await BuildAsync(builds, WithBaseImages(chosen, definition), definition, options.Tag, pipeline, cancelled);
            }
        });
    }

    private async Task BuildAsync(
        WorkspaceBuilds builds, IReadOnlyList<ReleaseImage> images, ReleaseDefinition definition, string tag, CommandPipeline pipeline, CancellationToken cancelled)
    {
        var plans = new List<WorkspaceBuildPlan>();
        foreach (var found in await builds.PlanAsync([.. images.Where(Take)], cancelled))
        {
            if (await ApproveAsync(found) is { } plan)
                plans.Add(plan);
        }

        var done = 0;
        pipeline.Observer.Report(new BatchProgress("Build images", done, plans.Count));
        await foreach (var built in builds.RunAsync(plans, cancelled))
        {
            Write(built);
            pipeline.Observer.Report(new ItemDone(built.Image.Name, ReleaseStage.Build));
            pipeline.Observer.Report(new BatchProgress("Build images", ++done, plans.Count));
        }

        // What is to be built or reused; null where nothing more is done.
        async Task<WorkspaceBuildPlan?> ApproveAsync(WorkspaceBuildFinding found)
        {
            var image = found.Image;
            if (string.Equals(image.Name, definition.Inference.Image, StringComparison.Ordinal) && BuiltOnCodeBuild(found))
            {
                pipeline.Observer.Report(new Announced(image.Name, $"CodeBuild builds it for the endpoint: Start-InferenceBuild -Name {image.Name}"));
                return null;
            }

            if (found.Plan is not { } plan)
            {
                if (!found.Error!.IsOfOneItem())
                    ExceptionDispatchInfo.Throw(found.Error!);
                var failed = new AppImage { Name = image.Name, Repository = image.Repository, Tag = tag, Services = image.Services };
                Write(new ImageBuildResult(failed with { Status = ImageBuildStatus.Failed, Reason = found.Error!.Message }, found.Error));
                return null;
            }

            var approval = plan.Action == ReleaseAction.Reuse ? Approval.Granted : await pipeline.ApproveAsync(image.Name, $"Build: {plan.Reason}");
            if (approval == Approval.WhatIf)
                pipeline.Write(plan.Predicted);
            return approval == Approval.Granted ? plan : null;
        }

        // What stands in the way of its plan is no matter here: an option, for instance, that is meant for the others.
        bool BuiltOnCodeBuild(WorkspaceBuildFinding found) =>
            found.Plan?.Image.Builder == ImageBuilder.CodeBuild || (found.Plan is null && (found.Image.Builder == ImageBuilder.CodeBuild || Builder == ImageBuilder.CodeBuild));

        void Write(ImageBuildResult built)
        {
            if (built.Error is not null)
                pipeline.WriteError(built.Error, built.Image);
            pipeline.Write(built.Image);
        }
    }

    /// <summary>The images asked for, in the order in which they are built, with those that they begin with.</summary>
    private static IReadOnlyList<ReleaseImage> WithBaseImages(IReadOnlyList<ReleaseImage> chosen, ReleaseDefinition definition)
    {
        var all = chosen.ToList();
        for (var i = 0; i < all.Count; i++)
            all.AddRange(all[i].BaseImages.Values.Distinct(StringComparer.Ordinal).Where(name => all.TrueForAll(other => other.Name != name)).Select(definition.FindImage).OfType<ReleaseImage>());
        return BuildOrder.Sort(all);
    }
}
