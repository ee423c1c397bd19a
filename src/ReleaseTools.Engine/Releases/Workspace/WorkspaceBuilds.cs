using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Inference.Builds;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Releases.Source;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Releases.Workspace;

/// <summary>Builds the images of a workspace, each where it is to be built: on the Docker engine, or on CodeBuild.</summary>
public sealed class WorkspaceBuilds : IDisposable
{
    private const int ReadsAtOnce = 8;

    private readonly ReleaseWorkspace workspace;
    private readonly ReleaseDefinition definition;
    private readonly WorkspaceBuildOptions options;
    private readonly ImageBuilderChoice builders;
    private readonly ImageRegistries registries;
    private readonly ImageBuilds docker;
    private readonly Func<CancellationToken, Task<CodeBuilds>> codeBuilds;
    private readonly ImageFingerprints fingerprints;
    private readonly object gate = new();
    private Task<IReadOnlyDictionary<string, string>>? labels;

    private WorkspaceBuilds(
        ReleaseWorkspace workspace,
        ReleaseDefinition definition,
        ImageBuilderChoice builders,
        WorkspaceBuildOptions options,
        ImageRegistries registries,
        ImageBuilds docker,
        Func<CancellationToken, Task<CodeBuilds>> codeBuilds)
    {
        this.workspace = workspace;
        this.definition = definition;
        this.builders = builders;
        this.options = options;
        this.registries = registries;
        this.docker = docker;
        this.codeBuilds = codeBuilds;
        fingerprints = new ImageFingerprints(workspace, definition, SettleAsync);
    }

    /// <summary>Makes ready to build. Nothing is asked yet.</summary>
    /// <param name="workspace">The workspace.</param>
    /// <param name="definition">Its definition, as it is now.</param>
    /// <param name="builders">Settles where each image is built.</param>
    /// <param name="options">How.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<WorkspaceBuilds> CreateAsync(
        ReleaseWorkspace workspace, ReleaseDefinition definition, ImageBuilderChoice builders, WorkspaceBuildOptions options, CancellationToken cancellationToken)
    {
        var all = await workspace.RegistryAsync(definition.Region, cancellationToken);
        IImageRegistry registry = options.RepositoriesMayBeMissing ? new RepositoriesToCome(all) : all;
        var onEngine = new ImageBuilds(
            workspace.Engine, registry, workspace.Environment, workspace.Clock, options.ThrottleLimit ?? definition.ThrottleLimit ?? Environment.ProcessorCount);
        var variables = await workspace.VariablesAsync(cancellationToken);
        return new WorkspaceBuilds(
            workspace, definition, builders, options with { Build = options.Build with { Variable = variables } }, all, onEngine,
            async cancelled => new CodeBuilds(await workspace.AwsAsync(definition.Region, cancelled), registry, workspace.Observer, workspace.Clock));
    }

    /// <summary>Says of each image whether it is built, where, and why. They are looked at side by side. Reads, and changes nothing.</summary>
    /// <returns>What was found of each, in the order of the images.</returns>
    /// <exception cref="ReleaseException">What stands in the way of all of them: no region, no credentials, no connection to a registry; git fails.</exception>
    public async Task<IReadOnlyList<WorkspaceBuildFinding>> PlanAsync(IReadOnlyList<ReleaseImage> images, CancellationToken cancellationToken)
    {
        foreach (var image in definition.Images)
            docker.Know(image, options.Build);
        // The registries are connected to while git looks at the sources.
        var known = images.Where(image => new ImageSources(image).IsKnown).Select(image => image.Repository).ToList();
        var opened = options.Build.NoReuse || options.Build.NoCache ? Task.CompletedTask : Task.Run(() => registries.OpenAsync(known, cancellationToken), cancellationToken);
        await Task.WhenAll(opened, fingerprints.LookAsync(images, cancellationToken));
        using var slots = new SemaphoreSlim(ReadsAtOnce);
        return await new NewBaseImages(registries, AnewAsync).SettleAsync(await Task.WhenAll(images.Select(FindAsync)), cancellationToken);

        async Task<WorkspaceBuildFinding> FindAsync(ReleaseImage image)
        {
            await slots.WaitAsync(cancellationToken);
            try
            {
                return new WorkspaceBuildFinding(image, await PlanAsync(image, cancellationToken), Error: null);
            }
            catch (ReleaseException error)
            {
                return new WorkspaceBuildFinding(image, Plan: null, error);
            }
            finally
            {
                slots.Release();
            }
        }
    }

    private async Task<WorkspaceBuildPlan> PlanAsync(ReleaseImage defined, CancellationToken cancellationToken)
    {
        var image = await SettleAsync(defined, cancellationToken);
        var fingerprint = await fingerprints.OfAsync(image, cancellationToken);
        if (image.Builder != ImageBuilder.CodeBuild)
            return new WorkspaceBuildPlan(image, await docker.PlanAsync(image, options.Tag, fingerprint, options.Build, cancellationToken));

        CodeBuildFeatures.Check(image, options.Build);
        var git = await workspace.GitAsync(cancellationToken);
        var how = new InferenceBuildOptions
        {
            Fingerprint = fingerprint,
            Commit = git?.Commit,
            Difference = cancelled => fingerprints.DifferenceFromCommitAsync(image, cancelled),
            Force = options.Build.BuildsAnyway,
            NoCache = options.Build.NoCache,
            Pull = options.Build.Pull,
            EndpointName = string.Equals(image.Name, definition.Inference.Image, StringComparison.Ordinal) ? definition.Inference.EndpointName : null,
        };
        var (plan, pushedAt) = await (await codeBuilds(cancellationToken)).PlanWithAgeAsync(image, image.CodeBuildProject!, options.Tag, how, cancellationToken);
        return new WorkspaceBuildPlan(image, plan, pushedAt, how);
    }

    /// <summary>The same image built, although the registry holds one of the same inputs.</summary>
    private async Task<WorkspaceBuildPlan> AnewAsync(WorkspaceBuildPlan reused, string reason, CancellationToken cancellationToken) => reused.Docker is null
        ? reused.Anew(await (await codeBuilds(cancellationToken)).PlanAnewAsync(reused.Image, reused.CodeBuild!, reason, cancellationToken))
        : new WorkspaceBuildPlan(reused.Image, docker.PlanAnew(reused.Docker, reason, options.Build));

    /// <summary>Runs plans side by side, each after those it waits for, and gives each result as it comes.</summary>
    /// <inheritdoc cref="BuildAsync"/>
    public IAsyncEnumerable<ImageBuildResult> RunAsync(IReadOnlyCollection<WorkspaceBuildPlan> plans, CancellationToken cancellationToken) =>
        BuildGraph.RunAsync(
            plans,
            plan => plan.Image,
            (plan, built, stop) => BuildAsync(plan, built, stop),
            (plan, error) => plan.Predicted with { Status = ImageBuildStatus.Failed, Digest = null, Reason = error.Message },
            cancellationToken);

    /// <summary>Runs a plan. A build that fails comes back as a record with status Failed, with the error beside it.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="built">The images it waits for, by name, built or reused.</param>
    /// <param name="cancellationToken">Stops it; a build on CodeBuild goes on, and is said to.</param>
    /// <exception cref="ReleaseException">No image can be built: no docker, no engine, no credentials.</exception>
    public async Task<ImageBuildResult> BuildAsync(WorkspaceBuildPlan plan, IReadOnlyDictionary<string, AppImage> built, CancellationToken cancellationToken)
    {
        if (plan.Docker is not null)
        {
            // What is not built is not labelled, and costs no look at git.
            var how = plan.Action == ReleaseAction.Reuse ? options.Build : options.Build with { Labels = await LabelsAsync(cancellationToken) };
            return await AsPlannedAsync(plan.Docker, await docker.BuildAsync(plan.Docker, built, how, workspace.Observer, cancellationToken), cancellationToken);
        }

        if (plan.Action == ReleaseAction.Reuse)
            return new ImageBuildResult(plan.Predicted);
        var builds = await codeBuilds(cancellationToken);
        var bases = OnCodeBuild(plan.Image, built);
        var image = plan.Image with { BuildArgs = With(plan.Image.BuildArgs, bases.Select(one => (one.Argument, one.Reference))) };
        var labelled = plan.How! with { Labels = With(await LabelsAsync(cancellationToken), bases.Select(one => (BaseImageLabel.For(one.Name), one.Id))) };
        var started = await builds.StartAsync(image, plan.CodeBuild!.ProjectName, options.Tag, labelled, cancellationToken);
        var ended = await builds.FollowAsync(started, options.Timeout, cancellationToken);
        return new ImageBuildResult(ImageFlow.ToAppImage(ended, plan.Image), Outcomes.ErrorOf(ended));
    }

    /// <inheritdoc/>
    public void Dispose() => docker.Dispose();

    /// <summary>What was built, without its fingerprint where its sources are others by now than those the fingerprint was made of: nobody knows which of them Docker got.</summary>
    private async Task<ImageBuildResult> AsPlannedAsync(ImageBuildPlan plan, ImageBuildResult built, CancellationToken cancellationToken)
    {
        if (built.Image is not { Status: ImageBuildStatus.Built, Fingerprint: { } fingerprint }
            || await new ImageFingerprints(workspace, definition, SettleAsync).OfAsync(plan.Image, cancellationToken) == fingerprint)
            return built;
        workspace.Observer.Report(new Warned(plan.Image.Name, "Its inputs changed while it was built, so no later release will reuse it."));
        return built with { Image = built.Image with { Fingerprint = null } };
    }

    private Task<IReadOnlyDictionary<string, string>> LabelsAsync(CancellationToken cancellationToken)
    {
        lock (gate)
            return labels ??= ImageLabels.OfAsync(workspace, cancellationToken);
    }

    private async Task<ReleaseImage> SettleAsync(ReleaseImage image, CancellationToken cancellationToken) =>
        (options.Chosen?.Contains(image.Name) == false ? options.Overrides.ForBaseImages : options.Overrides).ApplyTo(await builders.SettleAsync(image, cancellationToken), options.Build.Variable);

    /// <summary>An image's base images, for a machine that has nothing but the registry.</summary>
    private static List<BaseImage> OnCodeBuild(ReleaseImage image, IReadOnlyDictionary<string, AppImage> built) => [.. image.BaseImages.Select(one =>
        built.GetValueOrDefault(one.Value) is { Digest: { } digest } found
            ? new BaseImage(one.Key, one.Value, $"{found.Repository}@{digest}", digest)
            : throw ReleaseException.For(nameof(Messages.BaseImageNotInRegistry), ErrorKind.InvalidState, image.Name, image.Name, one.Value))];

    private static Dictionary<string, string> With(IReadOnlyDictionary<string, string> values, IEnumerable<(string Name, string Value)> more)
    {
        var all = new Dictionary<string, string>(values, StringComparer.Ordinal);
        foreach (var (name, value) in more)
            all[name] = value;
        return all;
    }
}
