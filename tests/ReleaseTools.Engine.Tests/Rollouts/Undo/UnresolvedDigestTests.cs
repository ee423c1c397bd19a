using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

/// <summary>A worker at desired count 0: ECS resolves the digest of a deployment when its first task starts.</summary>
public sealed class UnresolvedDigestTests : UndoFixture
{
    [Fact]
    public async Task What_the_tag_named_before_is_put_back_where_ECS_does_not_know_what_that_was()
    {
        var first = await WithServiceAsync(desired: 0);
        var plans = await PlanRolloutAsync(await Sandbox.PushAsync("v2", "second"), desiredCount: 1);

        var result = await RollBackAfterItsUrlFailedAsync(plans);

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        (await TagAsync()).ShouldBe(first);
    }

    [Fact]
    public async Task Where_the_tag_named_the_failed_image_before_nothing_is_guessed_and_the_error_says_what_to_name()
    {
        await WithServiceAsync(desired: 0);
        var second = await Sandbox.PushAsync("latest", "second");

        var result = await RollBackAfterItsUrlFailedAsync(await PlanRolloutAsync(second, desiredCount: 1));

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Error.ShouldNotBeNull().InnerException.ShouldBeOfType<ReleaseException>().Id.ShouldBe(nameof(Messages.FormerImageUnknown));
        result.Error.RecommendedAction.ShouldContain("-To");
        Changes().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_release_that_started_no_task_is_not_passed_over_without_a_word()
    {
        var first = await WithServiceAsync();
        await Sandbox.CallAsync("ecs", "UpdateService", """{"cluster":"main","service":"web","desiredCount":0}""");
        await RolloutAsync(await Sandbox.PushAsync("v2", "second"), Options);
        (await RolloutAsync(await Sandbox.PushAsync("v3", "third"), Options, desiredCount: 1)).Status.ShouldBe(RolloutStatus.Verified);

        var problem = (await PlanAsync()).Problem.ShouldNotBeNull();

        problem.Id.ShouldBe(nameof(Messages.FormerImageUnknown));
        problem.Message.ShouldContain("web:1");
        problem.Message.ShouldContain(Words.Digest(first)); // what is known to have run before that
        problem.RecommendedAction.ShouldContain("-To");
        (await UndoAsync("v2")).RunningDigests.ShouldHaveSingleItem();
    }
}
