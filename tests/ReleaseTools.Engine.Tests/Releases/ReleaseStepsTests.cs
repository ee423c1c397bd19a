using ReleaseTools.Engine.Releases.Planning;

namespace ReleaseTools.Engine.Tests.Releases;

public sealed class ReleaseStepsTests
{
    private const string Gate = "Its scan is waited for, and fails it from High on.";

    [Theory]
    [InlineData(ImageBuilder.Docker, "push:web")]
    [InlineData(ImageBuilder.CodeBuild, "build:web")] // which puts it into ECR
    public void The_scan_is_waited_for_in_the_step_that_puts_the_image_into_ECR(ImageBuilder builder, string expected) =>
        Steps(builder, FindingSeverity.High).Where(step => step.Reason!.EndsWith(Gate, StringComparison.Ordinal)).Select(step => step.Id).ShouldBe([expected]);

    [Fact]
    public void A_plan_without_a_gate_says_nothing_of_scans() =>
        Steps(ImageBuilder.Docker, severity: null).ShouldAllBe(step => !step.Reason!.Contains("scan", StringComparison.Ordinal));

    [Fact]
    public void A_rollout_waits_for_those_that_it_comes_after()
    {
        var rollouts = Steps(ImageBuilder.Docker, severity: null).Where(step => step.Stage == ReleaseStage.Rollout).ToList();

        rollouts[0].DependsOn.ShouldBe(["push:web"]);
        rollouts[1].DependsOn.ShouldBe(["push:web", "rollout:web"]);
    }

    private static IReadOnlyList<ReleaseStep> Steps(ImageBuilder builder, FindingSeverity? severity)
    {
        var image = new ReleaseImage { Name = "web", Repository = "registry.example/web", Workspace = "/w", Builder = builder, FailOnSeverity = severity };
        var first = ReleaseSteps.ForInfrastructure("infra", ReleaseAction.Apply, "It changed.");
        return [.. ReleaseSteps.After(first, [new PlannedImage(image, ReleaseAction.Build, "Its inputs changed.", Digest: null)], endpoint: null, [new("web", "Deploys it.", []), new("worker", "Deploys it.", ["web"])])];
    }
}
