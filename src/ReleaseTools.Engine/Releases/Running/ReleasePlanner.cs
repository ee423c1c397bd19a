using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Inference;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Planning;
using ReleaseTools.Engine.Releases.Workspace;

namespace ReleaseTools.Engine.Releases.Running;

/// <summary>What was planned, with what carries it out.</summary>
internal sealed record PlanningResult(
    PlannedRelease Release,
    ReleaseDefinition Definition,
    StageTools Tools,
    IReadOnlyDictionary<string, ImageBuildPlan> Builds,
    IReadOnlyDictionary<string, (InferenceBuild Plan, InferenceBuildOptions Options)> CodeBuilds);

/// <summary>
/// Plans a release stage by stage, each on the prediction of the one before. Everything that can be known to be wrong is
/// found here, by reads alone.
/// </summary>
internal sealed class ReleasePlanner(ReleaseWorkspace workspace, ReleaseOptions options, ImageBuilderChoice builders, StageTools tools, string tag)
{
    private readonly Dictionary<string, ImageBuildPlan> builds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (InferenceBuild, InferenceBuildOptions)> codeBuilds = new(StringComparer.Ordinal);

    public async Task<PlanningResult> PlanAsync(ReleaseDefinition definition, CancellationToken cancellationToken)
    {
        var identity = await tools.Aws.GetCallerIdentityAsync(cancellationToken);
        var inference = definition.Inference;
        var released = definition.Images.Where(image => !IsForNobody(image, definition)).ToList();
        var images = new List<(PlannedImage Planned, EcrImage Predicted)>();
        foreach (var image in await builders.SettleAsync(released, cancellationToken))
            images.Add(await PlanAsync(image, inference, cancellationToken));
        if (builds.Values.Any(plan => plan.Action == ReleaseAction.Build))
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
            builds,
            codeBuilds);
    }

    /// <summary>An inference image whose endpoint is not there, and that no service runs, is built for nobody.</summary>
    private static bool IsForNobody(ReleaseImage image, ReleaseDefinition definition) =>
        definition.Inference.Backend != InferenceBackend.SageMaker
        && image.Services.Count == 0
        && string.Equals(image.Name, definition.Inference.Image, StringComparison.Ordinal);

    private async Task<(PlannedImage Planned, EcrImage Predicted)> PlanAsync(ReleaseImage image, InferenceDefinition inference, CancellationToken cancellationToken)
    {
        image = image with { FailOnSeverity = options.FailOnSeverity ?? image.FailOnSeverity };
        var fingerprint = await workspace.FingerprintAsync(image, cancellationToken);
        if (image.Builder == ImageBuilder.CodeBuild)
        {
            var git = await workspace.GitAsync(cancellationToken);
            var how = new InferenceBuildOptions
            {
                Fingerprint = fingerprint,
                Commit = git?.Commit,
                IsDirty = git?.IsDirty ?? false,
                Force = options.NoReuse,
                EndpointName = string.Equals(image.Name, inference.Image, StringComparison.Ordinal) ? inference.EndpointName : null,
            };
            var plan = await tools.CodeBuilds.PlanAsync(image, image.CodeBuildProject!, tag, how, cancellationToken);
            codeBuilds[image.Name] = (plan, how);
            var action = plan.Status == InferenceBuildStatus.Reused ? ReleaseAction.Reuse : ReleaseAction.Build;
            return (new PlannedImage(image, action, plan.Reason ?? string.Empty, plan.Digest), ImageFlow.ToEcrImage(plan));
        }

        var build = await ImageBuilds.PlanAsync(image, tag, fingerprint, options.NoReuse ? null : tools.Registry, cancellationToken);
        builds[image.Name] = build;
        var push = await tools.Pushes.PlanAsync(build.Predicted, new ImagePushOptions(), cancellationToken);
        return (new PlannedImage(image, build.Action, build.Reason, build.Digest), push.Predicted with { Digest = build.Digest });
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

    private async Task<IReadOnlyList<(string Service, string Reason)>> PlanServicesAsync(
        ReleaseDefinition definition, IReadOnlyList<EcrImage> images, CancellationToken cancellationToken)
    {
        var plans = await ServiceImages.PlanAsync(tools.Rollouts, definition.Services, images, cancellationToken);
        return plans.FirstOrDefault(plan => plan.Problem is not null)?.Problem is { } problem
            ? throw problem
            : [.. definition.Services.Zip(plans, (service, plan) => (service.Name, plan.ToRollout().Reason ?? string.Empty))];
    }
}
