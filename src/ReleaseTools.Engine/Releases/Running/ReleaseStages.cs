using System.Collections.Concurrent;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Scans;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Planning;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Rollouts.Undo;

namespace ReleaseTools.Engine.Releases.Running;

/// <summary>The stages of a release over a real workspace, Docker, terraform and AWS.</summary>
public sealed class ReleaseStages : IReleaseStages, IDisposable
{
    private readonly ReleaseWorkspace workspace;
    private readonly ReleaseOptions options;
    private readonly ImageBuilderChoice builders;
    private readonly TerraformInfrastructure? terraform;
    private readonly string? skipTerraform;
    private readonly ConcurrentDictionary<string, AppImage> built = new(StringComparer.Ordinal);
    private WorkspaceBuilds? builds;
    private PlanningResult? planned;

    private ReleaseStages(ReleaseWorkspace workspace, ReleaseOptions options, string tag, IReadOnlyDictionary<string, string> terraformEnvironment)
    {
        this.workspace = workspace;
        this.options = options;
        builders = new ImageBuilderChoice(workspace, options.Builder);
        var settings = workspace.File.Terraform;
        skipTerraform = options.SkipTerraform ? "It was asked to be left out." : settings.Directory is null ? "The definition names no terraform directory." : null;
        terraform = skipTerraform is null ? new TerraformInfrastructure(settings, terraformEnvironment, workspace.Observer, workspace.Clock) : null;
        Identity = new ReleaseIdentity(workspace.File.Project, tag, settings.Directory is null ? "." : Path.GetRelativePath(workspace.File.Workspace, settings.Directory))
        {
            Command = options.Command,
        };
    }

    /// <inheritdoc/>
    public ReleaseIdentity Identity { get; }

    /// <summary>The stages of a release of a workspace.</summary>
    /// <exception cref="ReleaseException">TagRequired.</exception>
    public static async Task<ReleaseStages> CreateAsync(ReleaseWorkspace workspace, ReleaseOptions options, CancellationToken cancellationToken)
    {
        var tag = await workspace.TagAsync(options.Tag, cancellationToken);
        if (options.Tag is null && await workspace.GitAsync(cancellationToken) is { } git && await git.IsDirtyAsync(cancellationToken))
            workspace.Observer.Report(new Announced(workspace.File.Project, "The workspace has changes that are not committed; they are released."));
        return new ReleaseStages(workspace, options, Images.ImageReference.CheckTag(tag), await workspace.TerraformEnvironmentAsync(cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<InfrastructureChange> PlanInfrastructureAsync(CancellationToken cancellationToken)
    {
        if (terraform is null)
            return new InfrastructureChange { Directory = Identity.InfrastructureDirectory, Status = InfrastructureStatus.Skipped, Reason = skipTerraform };

        // Nothing is applied by somebody who then may not go on.
        await workspace.CheckCredentialsAsync(cancellationToken);
        await CheckDockerBeforeApplyAsync(cancellationToken);
        var change = await terraform.PlanAsync(cancellationToken);
        return change.Destroyed > 0 && !options.AllowDestroy
            ? throw ReleaseException.For(
                nameof(Messages.TerraformDestroysRefused), ErrorKind.InvalidState, change.Directory, change.Directory, change.Destroyed, change.Reason)
            : change;
    }

    /// <inheritdoc/>
    public Task<InfrastructureChange> ApplyInfrastructureAsync(CancellationToken cancellationToken) =>
        terraform!.ApplyAsync(options.AllowDestroy, cancellationToken);

    /// <inheritdoc/>
    public async Task<PlannedRelease> PlanAsync(CancellationToken cancellationToken)
    {
        var definition = await workspace.ReadDefinitionAsync(cancellationToken);
        var aws = await workspace.AwsAsync(definition.Region, cancellationToken);
        var registry = await workspace.RegistryAsync(definition.Region, cancellationToken);
        builds?.Dispose();
        builds = await WorkspaceBuilds.CreateAsync(workspace, definition, builders, BuildOptions, cancellationToken);
        var stages = new StageTools(
            aws,
            registry,
            builds,
            new ImagePushes(workspace.Engine, registry, workspace.Clock),
            new EndpointUpdates(aws, registry, workspace.Observer, workspace.Clock),
            new EcsRollouts(aws, registry, workspace.Observer, workspace.Clock));
        if (options.SkipBeforeRollout)
            definition = definition with { Services = [.. definition.Services.Select(service => service with { BeforeRollout = null })] };
        planned = await new ReleasePlanner(workspace, options, stages).PlanAsync(definition, cancellationToken);
        return planned.Release;
    }

    /// <inheritdoc/>
    public async Task<AppImage> BuildAsync(PlannedImage image, CancellationToken cancellationToken)
    {
        var result = await planned!.Tools.Builds.BuildAsync(planned.Builds[image.Image.Name], built, cancellationToken);
        return result.Error is null ? built[image.Image.Name] = result.Image : throw result.Error;
    }

    /// <inheritdoc/>
    public async Task<EcrImage> PushAsync(AppImage image, CancellationToken cancellationToken)
    {
        // The tag that a service runs is put on it by that service's rollout, not before.
        var how = new ImagePushOptions { FailOnSeverity = options.FailOnSeverity, ScanTimeout = options.ScanTimeout };
        var (pushed, error) = await planned!.Tools.Pushes.PushAsync(image, how, workspace.Observer, cancellationToken);
        if (error is not null)
            throw error;

        // What is built on CodeBuild can begin with it from here on.
        built[image.Name] = image with { Digest = InEcr(pushed).Digest };
        return pushed;
    }

    /// <inheritdoc/>
    public async Task<EcrImage> BuildOnCodeBuildAsync(PlannedImage image, CancellationToken cancellationToken)
    {
        var done = await BuildAsync(image, cancellationToken);
        var inEcr = await PushAsync(done, cancellationToken);
        var reason = inEcr.Scan is null ? done.Reason : $"{done.Reason} {ScanText.Of(inEcr.Scan)}";
        return done.Status == ImageBuildStatus.Built ? inEcr with { Status = ImagePushStatus.Pushed, Duration = done.Duration, Reason = reason } : inEcr;
    }

    /// <inheritdoc/>
    public async Task<EndpointUpdate> UpdateEndpointAsync(EcrImage image, CancellationToken cancellationToken)
    {
        var inference = planned!.Definition.Inference;
        var how = new EndpointUpdateOptions { VariantName = inference.VariantName, Timeout = options.Timeout };
        var plan = await planned.Tools.Endpoints.PlanAsync(inference.EndpointName!, image, how, cancellationToken);
        var update = await planned.Tools.Endpoints.UpdateAsync(plan, cancellationToken);
        return Outcomes.ErrorOf(update) is { } error ? throw error : update;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<RolloutResult>> RolloutAsync(
        IReadOnlyList<string> services, IReadOnlyList<EcrImage> images, CancellationToken cancellationToken)
    {
        var rollouts = planned!.Tools.Rollouts;
        var chosen = services.Select(name => planned.Definition.Services.First(service => string.Equals(service.Name, name, StringComparison.Ordinal))).ToList();
        var plans = await ServiceImages.PlanAsync(rollouts, chosen, images, cancellationToken);
        var how = new RolloutOptions { Timeout = options.Timeout };
        return options.RollbackOnFailure
            ? await new RollbackOnFailure(planned.Tools.Aws, planned.Tools.Registry, workspace.Observer, workspace.Clock, rollouts).RolloutAsync(plans, how, cancellationToken)
            : await rollouts.RolloutAsync(plans, how, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => builds?.Dispose();

    private WorkspaceBuildOptions BuildOptions => new()
    {
        Tag = Identity.Tag,
        ThrottleLimit = options.ThrottleLimit,
        Build = new ImageBuildOptions { NoReuse = options.NoReuse },
        Timeout = options.Timeout,
    };

    /// <summary>The image, for a release goes on with nothing that it cannot name by digest.</summary>
    private static EcrImage InEcr(EcrImage image) => image.Digest is null
        ? throw ReleaseException.For(nameof(Messages.ImageDigestUnknown), ErrorKind.InvalidState, image.Name, image.Name, image.Repository, image.Tag)
        : image;

    /// <summary>Before a first apply the images cannot be planned, but that Docker is missing can be known.</summary>
    private async Task CheckDockerBeforeApplyAsync(CancellationToken cancellationToken)
    {
        var needed = options.Builder is null or ImageBuilder.Docker && workspace.File.BuildsWithDocker;
        if (!needed || workspace.File.Terraform.EnvFile is { } envFile && File.Exists(envFile))
            return;
        await DockerCli.FindAsync(workspace.Environment, NullObserver.Instance, cancellationToken);
        await workspace.Engine.PingAsync(cancellationToken);
    }
}
