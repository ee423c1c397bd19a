using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Rollouts.Undo;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

public sealed class RollbackOnFailureTests : UndoFixture
{
    [Fact]
    public async Task A_rollout_that_fails_is_rolled_back_and_says_both()
    {
        var first = await WithServiceAsync();
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 2 });

        var result = await RolloutWithRollbackAsync(await Sandbox.PushAsync("v2", "second"));

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        result.Rollout.Reason!.ShouldContain("CannotPullContainerError");
        result.Rollout.Reason!.ShouldContain("Rolled back to web:1");
        result.Rollout.RunningDigests.ShouldBe([first]);
        (await TagAsync()).ShouldBe(first);
    }

    [Fact]
    public async Task A_rollout_whose_rollback_fails_too_stays_failed()
    {
        var first = await WithServiceAsync();
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = "web", Count = null, Delay = TimeSpan.FromSeconds(1), ExitCode = 3 });

        var result = await RolloutWithRollbackAsync(await Sandbox.PushAsync("v2", "second"));

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.RollbackFailed));
        result.Rollout.Reason!.ShouldContain("did not succeed either: it failed: ");
        result.Rollout.Reason!.ShouldEndWith($" The tag latest is back on {Words.Digest(first)}.");
        result.Rollout.Reason!.ShouldNotContain("names");
        (await TagAsync()).ShouldBe(first);
    }

    [Fact]
    public async Task What_the_breaker_rolled_back_gets_its_tag_back_too()
    {
        var first = await WithServiceAsync(breaker: true);
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 4 });

        var result = await RolloutWithRollbackAsync(await Sandbox.PushAsync("v2", "second"));

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        (await TagAsync()).ShouldBe(first);
        Changes().ShouldNotContain("StopServiceDeployment");
    }

    [Fact]
    public async Task A_rollback_that_cannot_be_planned_was_not_begun()
    {
        await WithServiceAsync();
        var plans = await PlanRolloutAsync(await Sandbox.PushAsync("v2", "second"));
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 2 });
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = "ecs", Operation = "DescribeClusters", Count = null });

        var result = (await RolloutWithRollbackAsync(plans)).Single();

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.RollbackFailed));
        result.Rollout.Reason!.ShouldContain("It was not rolled back: ");
    }

    [Fact]
    public async Task Somebody_else_s_deployment_is_not_rolled_back()
    {
        await WithServiceAsync();
        var image = await Sandbox.PushAsync("v2", "second");
        var rollouts = Rollouts;
        var plans = await rollouts.PlanAsync([Service], new Dictionary<string, EcrImage> { ["web"] = image }, default);
        var started = await rollouts.RolloutAsync(plans, new() { NoWait = true }, default);
        await RolloutAsync(image, new() { NoWait = true });
        IReadOnlyList<RolloutResult> failed = [started[0] with { Rollout = started[0].Rollout with { Status = RolloutStatus.Failed, Reason = "crashed" } }];

        var result = (await ApplyAsync(plans, failed, new())).Single();

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Rollout.Reason!.ShouldContain("its deployment is");
        Changes().ShouldNotContain("StopServiceDeployment");
    }

    [Fact]
    public async Task A_rollout_whose_rollback_cannot_be_looked_at_says_that_it_goes_on_and_keeps_why_it_failed()
    {
        await WithServiceAsync();
        var image = await Sandbox.PushAsync("v2", "second");
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = image.Digest!, ExitCode = 3, Count = null });
        var plans = await Rollouts.PlanAsync([Service], new Dictionary<string, EcrImage> { ["web"] = image }, default);
        var options = new RolloutOptions { Timeout = TimeSpan.FromMinutes(4) };
        var failed = await Rollouts.RolloutAsync(plans, options, default);
        var blind = new OnTagMoved(() => Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = "ecs", Operation = "DescribeServiceDeployments", Count = null }));
        var undo = new RollbackOnFailure(Sandbox.Session, Sandbox.Registry, blind, Sandbox.Time, Rollouts);

        var result = (await ApplyAsync(undo, plans, failed, options)).Single();

        result.Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.RollbackNotSeen));
        result.Error.Message.ShouldContain("exited with 3");
        result.Rollout.Reason!.ShouldContain("exited with 3");
        result.Rollout.Reason!.ShouldContain("goes on at ECS, but how it ends was not seen");
        result.Rollout.Reason!.ShouldNotContain("not rolled back");
    }

    [Fact]
    public async Task A_tag_that_only_the_failed_service_names_goes_back_though_another_s_digest_is_pinned()
    {
        var (first, plans) = await PlannedOnLatestAsync();
        plans[1] = plans[1] with { Image = null, Container = plans[1].Container! with { Image = $"{Sandbox.Repository}@{first}" } };
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 2 });

        var results = await RolloutWithRollbackAsync(plans);

        results.Select(one => one.Rollout.Status).ShouldBe([RolloutStatus.RolledBack, RolloutStatus.Deployed], results[0].Rollout.Reason);
        (await TagAsync()).ShouldBe(first);
    }

    [Fact]
    public async Task A_tag_that_was_there_before_the_rollout_stays_where_a_service_that_is_well_needs_it()
    {
        var (first, plans) = await PlannedOnLatestAsync();
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 2 });

        var results = await RolloutWithRollbackAsync(plans);

        results.Select(one => one.Rollout.Status).ShouldBe([RolloutStatus.RolledBack, RolloutStatus.Verified], results[0].Rollout.Reason);
        (await TagAsync()).ShouldBe(plans[1].Image!.Digest);
        results[0].Rollout.RunningDigests.ShouldBe([first]);
        Observer.Of<Warned>().ShouldNotContain(one => one.Subject == "worker");
    }

    [Fact]
    public async Task A_tag_that_is_taken_from_a_service_that_is_well_is_warned_of()
    {
        var (first, plans) = await PlannedOnLatestAsync();
        var results = (await Rollouts.RolloutAsync(plans, new(), default)).ToArray();
        results[0] = results[0] with { Rollout = results[0].Rollout with { Status = RolloutStatus.Failed, Reason = "Its URL answers 500." } };

        var ended = await ApplyAsync(plans, results, new());

        ended.Select(one => one.Rollout.Status).ShouldBe([RolloutStatus.RolledBack, RolloutStatus.Verified], ended[0].Rollout.Reason);
        (await TagAsync()).ShouldBe(first);
        var warned = Observer.Of<Warned>().ShouldHaveSingleItem();
        warned.Subject.ShouldBe("worker");
        warned.Message.ShouldContain($"its next deployment would bring {Words.Digest(first)}");
    }

    [Fact]
    public async Task A_service_is_put_back_although_the_one_that_it_comes_after_does_not_get_healthy()
    {
        var (first, plans) = await PlannedOnLatestAsync();
        await Rollouts.RolloutAsync(plans, new(), default);
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = "web", Count = null, Delay = TimeSpan.FromSeconds(1), ExitCode = 3 });
        IReadOnlyList<ReleaseService> services = [Service with { DefinedAs = "web" }, Service with { Service = "worker", DefinedAs = "worker", After = ["web"] }];

        var undone = await Undo.UndoAsync(await Undo.PlanAsync(services, to: null, default), new() { Timeout = TimeSpan.FromMinutes(4) }, default);

        undone.Select(one => one.Rollout.Status).ShouldBe([RolloutStatus.Failed, RolloutStatus.Verified], undone[1].Rollout.Reason);
        undone[1].Rollout.RunningDigests.ShouldBe([first]);
    }

    /// <summary>Two services of one tag that names the new digest already, and their plans; the former digest.</summary>
    private async Task<(string First, RolloutPlan[] Plans)> PlannedOnLatestAsync()
    {
        await Sandbox.WithServicesAsync(["web", "worker"], desired: 2);
        var first = await TagAsync();
        var image = await Sandbox.PushAsync("latest", "second");
        var plans = await Rollouts.PlanAsync([Service, Service with { Service = "worker" }], new Dictionary<string, EcrImage> { ["web"] = image, ["worker"] = image }, default);
        plans.ShouldAllBe(plan => plan.TagToMove == null);
        return (first, [.. plans]);
    }

    /// <summary>Acts when the tag is put back, which is right before the stop.</summary>
    private sealed class OnTagMoved(Action act) : IReleaseObserver
    {
        public void Report(ReleaseEvent happened)
        {
            if (happened is Noted { Message: var said } && said.StartsWith("Put the tag", StringComparison.Ordinal))
                act();
        }
    }
}
