using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

/// <summary>Where the tag is after a rollback, whoever moved it last, and that it is said.</summary>
public sealed class TagsAfterRollbackTests : UndoFixture
{
    [Fact]
    public async Task What_the_breaker_rolled_back_gets_its_tag_back_though_a_failed_release_had_moved_it_before()
    {
        var first = await WithServiceAsync(breaker: true);
        var image = await Sandbox.PushAsync("v2", "second");
        CannotPull(4);
        (await RolloutAsync(image, Options)).Status.ShouldBe(RolloutStatus.RolledBack);
        Sandbox.Time.Advance(TimeSpan.FromMinutes(5));
        (await TagAsync()).ShouldBe(image.Digest); // without -RollbackOnFailure nobody put it back
        CannotPull(4);

        var result = await RolloutWithRollbackAsync(image);

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        (await TagAsync()).ShouldBe(first);
        result.Rollout.Reason!.ShouldEndWith($"The tag latest is back on {Words.Digest(first)}.");
    }

    [Fact]
    public async Task A_tag_that_somebody_moved_since_stays_where_it_is_and_that_is_said()
    {
        await WithServiceAsync(breaker: true);
        var plans = await PlanRolloutAsync(await Sandbox.PushAsync("v2", "second"));
        CannotPull(4);
        var results = await Rollouts.RolloutAsync(plans, Options, default);
        var theirs = await Sandbox.PushAsync("latest", "theirs");

        var result = (await ApplyAsync(plans, results, Options)).Single();

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        (await TagAsync()).ShouldBe(theirs.Digest);
        result.Rollout.Reason!.ShouldContain($"names {Words.Digest(theirs.Digest!)}");
        Observer.Of<Warned>().ShouldContain(one => one.Subject == "web" && one.Message.Contains(Words.Digest(theirs.Digest!), StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_has_ended_is_not_deployed_again_from_a_tag_that_somebody_moved_since()
    {
        await WithServiceAsync();
        var plans = await PlanRolloutAsync(await Sandbox.PushAsync("v2", "second"));
        var results = await Rollouts.RolloutAsync(plans, Options, default);
        var theirs = await Sandbox.PushAsync("latest", "theirs");

        var result = (await ApplyAsync(plans, [results[0] with { Rollout = results[0].Rollout with { Status = RolloutStatus.Failed, Reason = "Its URL answers 500." } }], Options)).Single();

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed, result.Rollout.Reason);
        result.Error.ShouldNotBeNull().Message.ShouldContain(Words.Digest(theirs.Digest!));
        (await TagAsync()).ShouldBe(theirs.Digest);
        Changes().Count().ShouldBe(1);
    }

    private void CannotPull(int tasks) => Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = tasks });
}
