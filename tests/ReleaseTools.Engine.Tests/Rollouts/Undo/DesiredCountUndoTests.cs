using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

/// <summary>The desired count that a rollout sets is undone with it.</summary>
public sealed class DesiredCountUndoTests : UndoFixture
{
    [Fact]
    public async Task A_worker_that_was_off_is_off_again_after_its_rollback()
    {
        await WithServiceAsync(desired: 0);
        var image = await Sandbox.PushAsync("v2", "second");
        Crashing(image);

        var result = await RolloutWithRollbackAsync(image, desiredCount: 1);

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        (await DesiredCountAsync()).ShouldBe(0);
        result.Rollout.DesiredCount.ShouldBe(0);
        result.Rollout.Reason!.ShouldContain("The desired count is 0 again.");
    }

    [Fact]
    public async Task What_is_deployed_again_gets_its_count_with_its_deployment()
    {
        await WithServiceAsync(desired: 2);
        var plans = await PlanRolloutAsync(await Sandbox.PushAsync("v2", "second"), desiredCount: 1);

        var result = await RollBackAfterItsUrlFailedAsync(plans);

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        (await DesiredCountAsync()).ShouldBe(2);
        result.Rollout.Reason!.ShouldContain("The desired count is 2 again.");
        Changes().Count().ShouldBe(2);
    }

    [Fact]
    public async Task A_count_that_was_changed_meanwhile_is_left_and_that_is_said()
    {
        await WithServiceAsync(desired: 1);
        var image = await Sandbox.PushAsync("v2", "second");
        Crashing(image);
        var plans = await PlanRolloutAsync(image, desiredCount: 2);
        var results = await Rollouts.RolloutAsync(plans, Options, default);
        await Sandbox.CallAsync("ecs", "UpdateService", """{"cluster":"main","service":"web","desiredCount":3}""");

        var result = (await ApplyAsync(plans, results, Options)).Single();

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        (await DesiredCountAsync()).ShouldBe(3);
        result.Rollout.Reason!.ShouldContain("The desired count was left at 3");
    }

    [Fact]
    public async Task A_count_that_cannot_be_set_back_is_warned_of()
    {
        await WithServiceAsync(desired: 1);
        var image = await Sandbox.PushAsync("v2", "second");
        Crashing(image);
        var plans = await PlanRolloutAsync(image, desiredCount: 2);
        var results = await Rollouts.RolloutAsync(plans, Options, default);
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = "ecs", Operation = "UpdateService", Count = null });

        var result = (await ApplyAsync(plans, results, Options)).Single();

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        result.Rollout.Reason!.ShouldContain("The desired count was left at 2");
        Observer.Of<Warned>().ShouldContain(one => one.Subject == "web" && one.Message.Contains("--desired-count 1", StringComparison.Ordinal));
    }

    private void Crashing(EcrImage image) => Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = image.Digest!, Count = null, ExitCode = 3 });
}
