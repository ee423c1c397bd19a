using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Scans;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Releases.Planning;

// The steps of a release and what each waits for:
//
//     infrastructure ─▶ build:a ─▶ push:a ─┐
//                    ─▶ build:b ─▶ push:b ─┼─▶ endpoint ─┬─▶ rollout:x
//                    ─▶ build:c (CodeBuild)┘             └─▶ rollout:y
//
// An image that begins with another waits for its build, and on CodeBuild, which has nothing but the registry, for its
// push. A build on CodeBuild pushes by itself and has no push step. Every rollout waits for every image and for the
// endpoint: a service may call what another image or the endpoint brings, so none goes first. Among the services the
// definition's "after" decides.

/// <summary>Makes the steps of a plan. Pure.</summary>
internal static class ReleaseSteps
{
    /// <summary>The id of the terraform step.</summary>
    public const string Infrastructure = "infrastructure";

    /// <summary>The id of an image's build.</summary>
    public static string Build(string image) => $"build:{image}";

    /// <summary>The id of an image's push.</summary>
    public static string Push(string image) => $"push:{image}";

    /// <summary>The id of the endpoint's update.</summary>
    public static string Endpoint(string name) => $"endpoint:{name}";

    /// <summary>The id of a service's rollout.</summary>
    public static string Rollout(string service) => $"rollout:{service}";

    /// <summary>The terraform step.</summary>
    public static ReleaseStep ForInfrastructure(string directory, ReleaseAction action, string reason) =>
        Step(Infrastructure, ReleaseStage.Infrastructure, directory, action, reason, []);

    /// <summary>Every step after terraform's.</summary>
    public static IEnumerable<ReleaseStep> After(
        ReleaseStep infrastructure, IReadOnlyList<PlannedImage> images, PlannedEndpoint? endpoint, IReadOnlyList<PlannedService> services)
    {
        var inEcr = new List<string>();
        foreach (var image in images)
        {
            var build = Step(Build(image.Image.Name), ReleaseStage.Build, image.Image.Name, image.Action, image.Reason, [infrastructure.Id, .. Before(image, images)]);
            if (image.Image.Builder == ImageBuilder.CodeBuild)
            {
                yield return Gated(build, image.Image);
                inEcr.Add(build.Id);
                continue;
            }

            yield return build;
            var push = image.Action == ReleaseAction.Reuse
                ? Step(Push(image.Image.Name), ReleaseStage.Push, image.Image.Name, ReleaseAction.AlreadyPresent, image.Digest is null ? "The registry holds it." : $"The registry holds {Words.Digest(image.Digest)}.", [build.Id])
                : Step(Push(image.Image.Name), ReleaseStage.Push, image.Image.Name, ReleaseAction.Push, $"Goes to {image.Image.Repository}.", [build.Id]);
            yield return Gated(push, image.Image);
            inEcr.Add(push.Id);
        }

        IReadOnlyList<string> before = inEcr.Count > 0 ? inEcr : [infrastructure.Id];
        if (endpoint is not null)
        {
            var update = Step(Endpoint(endpoint.Name), ReleaseStage.Endpoint, endpoint.Name, endpoint.Action, endpoint.Reason, before);
            yield return update;
            before = [.. before, update.Id];
        }

        foreach (var (service, reason, after) in services)
            yield return Step(Rollout(service), ReleaseStage.Rollout, service, ReleaseAction.Rollout, reason, [.. before, .. after.Select(Rollout)]);
    }

    /// <summary>The images whose step comes before an image's build.</summary>
    public static IEnumerable<PlannedImage> WaitsFor(PlannedImage image, IReadOnlyList<PlannedImage> images) =>
        images.Where(other => BuildOrder.WaitsFor(image.Image).Contains(other.Image.Name, StringComparer.Ordinal));

    private static IEnumerable<string> Before(PlannedImage image, IReadOnlyList<PlannedImage> images) =>
        WaitsFor(image, images).Select(other => image.Image.Builder == ImageBuilder.CodeBuild && other.Image.Builder != ImageBuilder.CodeBuild ? Push(other.Image.Name) : Build(other.Image.Name));

    /// <summary>The step that puts an image into ECR, and waits for its scan where that decides.</summary>
    private static ReleaseStep Gated(ReleaseStep step, ReleaseImage image) =>
        image.FailOnSeverity is { } severity ? step with { Reason = $"{step.Reason} {ScanGate.Prediction(severity)}" } : step;

    private static ReleaseStep Step(string id, ReleaseStage stage, string name, ReleaseAction action, string reason, IReadOnlyList<string> dependsOn) =>
        new()
        {
            Id = id,
            Stage = stage,
            Name = name,
            Action = action,
            Reason = reason,
            DependsOn = dependsOn,
            Status = action == ReleaseAction.Skip ? ReleaseStepStatus.Skipped : ReleaseStepStatus.Pending,
        };
}
