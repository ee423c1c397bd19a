using System.Runtime.ExceptionServices;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Planning;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Rollouts.Prechecks;

namespace ReleaseTools.Engine.Releases.Running;

/// <summary>What was planned, with what carries it out.</summary>
internal sealed record PlanningResult(
    PlannedRelease Release,
    ReleaseDefinition Definition,
    StageTools Tools,
    IReadOnlyDictionary<string, WorkspaceBuildPlan> Builds);

/// <summary>
/// Plans a release stage by stage, each on the prediction of the one before. Everything that can be known to be wrong is
/// found here, by reads alone.
/// </summary>
internal sealed class ReleasePlanner(ReleaseWorkspace workspace, ReleaseOptions options, StageTools tools)
{
    public async Task<PlanningResult> PlanAsync(ReleaseDefinition definition, CancellationToken cancellationToken)
    {
        var identity = await tools.Aws.GetCallerIdentityAsync(cancellationToken);
        var inference = definition.Inference;
        var released = definition.Images.Where(image => !IsForNobody(image, definition)).ToList();
        var builds = await PlanBuildsAsync(BuildOrder.Sort(released), cancellationToken);
        var images = await Task.WhenAll(builds.Select(build => PlanAsync(build, cancellationToken)));
        if (builds.Any(plan => plan is { Action: ReleaseAction.Build, Image.Builder: ImageBuilder.Docker }))
            await CheckDockerAsync(cancellationToken);

        return new PlanningResult(
            new PlannedRelease
            {
                Account = identity.Account,
                Region = tools.Aws.Region,
                Images = [.. images.Select(image => image.Planned)],
                Endpoint = await PlanEndpointAsync(inference, images, cancellationToken),
                InferenceImage = inference.Image,
                Services = await PlanServicesAsync(definition, [.. images.Select(image => image.Predicted)], cancellationToken),
            },
            definition,
            tools,
            builds.ToDictionary(build => build.Image.Name, StringComparer.Ordinal));
    }

    /// <summary>An inference image whose endpoint is not there, and that no service runs, is built for nobody.</summary>
    private static bool IsForNobody(ReleaseImage image, ReleaseDefinition definition) =>
        definition.Inference.Backend != InferenceBackend.SageMaker
        && image.Services.Count == 0
        && string.Equals(image.Name, definition.Inference.Image, StringComparison.Ordinal);

    /// <summary>The builds of all images; the first that cannot be planned is the error.</summary>
    private async Task<IReadOnlyList<WorkspaceBuildPlan>> PlanBuildsAsync(IReadOnlyList<ReleaseImage> images, CancellationToken cancellationToken)
    {
        var asked = images.Select(image => image with { FailOnSeverity = options.FailOnSeverity ?? image.FailOnSeverity });
        var found = await tools.Builds.PlanAsync([.. asked], cancellationToken);
        if (found.FirstOrDefault(one => one.Error is not null)?.Error is { } error)
            ExceptionDispatchInfo.Throw(error);
        return [.. found.Select(one => one.Plan!)];
    }

    private async Task<(PlannedImage Planned, EcrImage Predicted)> PlanAsync(WorkspaceBuildPlan build, CancellationToken cancellationToken)
    {
        var push = await tools.Pushes.PlanAsync(build.Predicted, new ImagePushOptions(), cancellationToken);
        return (new PlannedImage(build.Image, build.Action, build.Reason, build.Digest), push.Predicted with { Digest = build.Digest });
    }

    private async Task CheckDockerAsync(CancellationToken cancellationToken)
    {
        await DockerCli.FindAsync(workspace.Environment, workspace.Observer, cancellationToken);
        await workspace.Engine.PingAsync(cancellationToken);
    }

    private async Task<PlannedEndpoint?> PlanEndpointAsync(
        InferenceDefinition inference, IReadOnlyList<(PlannedImage Planned, EcrImage Predicted)> images, CancellationToken cancellationToken)
    {
        if (inference.Backend != InferenceBackend.SageMaker)
            return inference.Reason is null ? null : new PlannedEndpoint("inference", ReleaseAction.Skip, inference.Reason);

        var image = images.First(one => string.Equals(one.Planned.Image.Name, inference.Image, StringComparison.Ordinal)).Predicted;
        var plan = await tools.Endpoints.PlanAsync(
            inference.EndpointName!, image, new EndpointUpdateOptions { VariantName = inference.VariantName, Timeout = options.Timeout }, cancellationToken);
        return new PlannedEndpoint(inference.EndpointName!, plan.Action == EndpointAction.Unchanged ? ReleaseAction.Unchanged : ReleaseAction.Update, plan.Reason);
    }

    private async Task<IReadOnlyList<PlannedService>> PlanServicesAsync(
        ReleaseDefinition definition, IReadOnlyList<EcrImage> images, CancellationToken cancellationToken)
    {
        var plans = await ServiceImages.PlanAsync(tools.Rollouts, definition.Services, images, cancellationToken);
        return RolloutProblems.OfServices(plans) is { } problem
            ? throw problem
            : [.. definition.Services.Zip(plans, (service, plan) => new PlannedService(service.Name, plan.ToRollout().Reason ?? string.Empty, service.After))];
    }
}
