using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class DeploymentUnderWayTests
{
    private const string ByDigest = $"{ScriptedEcs.Repository}@{ScriptedEcs.New}";
    private const string ByTag = $"{ScriptedEcs.Repository}:latest";

    private readonly ScriptedEcs ecs = new() { StateBefore = "IN_PROGRESS", Image = ByDigest };

    [Theory]
    [InlineData(ByDigest, ScriptedEcs.New, null, true)]
    [InlineData(ByTag, ScriptedEcs.New, ScriptedEcs.New, true)] // resolved, and would be again
    [InlineData(ByTag, ScriptedEcs.New, ScriptedEcs.Old, false)] // resolved before the tag moved
    [InlineData(ByTag, ScriptedEcs.New, null, false)] // nobody knows what it resolved
    [InlineData(ByTag, ScriptedEcs.Old, ScriptedEcs.New, false)] // the tag has to move
    public async Task It_is_joined_where_it_is_sure_to_deploy_the_digest(string image, string tagged, string? running, bool joined)
    {
        (ecs.Image, ecs.RunningDigest) = (image, running);
        ecs.Registry.With(ScriptedEcs.Repository, "latest", tagged);

        (await ecs.PlanAsync(pinDigest: false)).Joins.ShouldBe(joined ? "ecs-svc/1" : null);
    }

    [Theory]
    [InlineData("COMPLETED", "UserInitiated", false)]
    [InlineData("FAILED", "UserInitiated", false)]
    [InlineData("IN_PROGRESS", "UserInitiated", true)]
    [InlineData("IN_PROGRESS", "EssentialContainerExited", false)] // whoever mended the cause wants a new one
    public async Task It_is_not_joined_once_it_ended_or_its_tasks_crash(string state, string stopCode, bool joined)
    {
        (ecs.StateBefore, ecs.StoppedTasks) = (state, [stopCode]);

        (await ecs.PlanAsync(pinDigest: false)).Joins.ShouldBe(joined ? "ecs-svc/1" : null);
    }

    [Fact]
    public async Task A_restart_without_an_image_is_always_a_new_deployment()
    {
        var plan = (await ecs.Rollouts.PlanAsync([new() { Service = "web", Cluster = "main" }], new Dictionary<string, EcrImage>(), default)).Single();

        plan.Joins.ShouldBeNull();
    }

    [Fact]
    public async Task Another_desired_count_is_a_new_deployment() =>
        (await ecs.PlanAsync(pinDigest: false) with { DesiredCount = 2 }).Joins.ShouldBeNull();

    [Fact]
    public async Task A_joined_deployment_is_followed_and_proven_and_nothing_is_sent()
    {
        var plan = await ecs.PlanAsync(pinDigest: true);
        ecs.Time.OnWait = _ => ecs.StateBefore = "COMPLETED";

        var rollout = (await ecs.RolloutAsync(plan)).Rollout;

        (rollout.Status, rollout.DeploymentId).ShouldBe((RolloutStatus.Verified, "ecs-svc/1"), rollout.Reason);
        plan.ToRollout().Reason!.ShouldStartWith("Joins ecs-svc/1");
        ecs.Aws.Operations.ShouldNotContain("UpdateService");
        ecs.Aws.Operations.ShouldNotContain("RegisterTaskDefinition");
    }

    [Theory]
    [InlineData("COMPLETED")]
    [InlineData("FAILED")]
    public async Task A_deployment_that_came_to_its_end_since_the_plan_is_not_joined(string state)
    {
        var plan = await ecs.PlanAsync(pinDigest: false);
        ecs.StateBefore = state;

        var rollout = (await ecs.RolloutAsync(plan)).Rollout;

        (rollout.Status, rollout.DeploymentId).ShouldBe((RolloutStatus.Verified, "ecs-svc/2"), rollout.Reason);
    }

    [Fact]
    public async Task A_deployment_that_was_replaced_since_the_plan_is_not_joined()
    {
        var plan = await ecs.PlanAsync(pinDigest: false);
        await ecs.RolloutAsync(await ecs.PlanAsync(pinDigest: false) with { DesiredCount = 1, UnderWay = null });

        var rollout = (await ecs.RolloutAsync(plan)).Rollout;

        (rollout.Status, rollout.DeploymentId).ShouldBe((RolloutStatus.Verified, "ecs-svc/2"), rollout.Reason);
        ecs.Aws.RequestsOf("UpdateService").Count().ShouldBe(2);
    }
}
