using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

/// <summary>A rollback that ECS began by itself is followed to its end like one that is asked for.</summary>
public sealed class BreakerRollbackTests : UndoFixture
{
    [Fact]
    public async Task One_that_fails_is_no_rollback()
    {
        await WithServiceAsync(breaker: true);
        await Sandbox.CallAsync("ecs", "UpdateService", """
            {"cluster":"main","service":"web","deploymentConfiguration":{"minimumHealthyPercent":0,"maximumPercent":100,"deploymentCircuitBreaker":{"enable":true,"rollback":true}}}
            """);
        CannotPull(tasks: null);

        var result = await RolloutWithRollbackAsync(await Sandbox.PushAsync("v2", "second"));

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed, result.Rollout.Reason);
        result.Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.RollbackFailed));
        (await Sandbox.Session.Ecs.ListServiceDeploymentsAsync(new("main", "web"), default)).ServiceDeployments![0].Status.ShouldBe("ROLLBACK_FAILED");
    }

    [Fact]
    public async Task One_that_succeeds_is_proven_by_the_running_tasks()
    {
        var first = await WithServiceAsync(breaker: true);
        CannotPull(tasks: 4);

        var result = await RolloutWithRollbackAsync(await Sandbox.PushAsync("v2", "second"));

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        (result.Rollout.RunningDigests.Single(), result.Rollout.RunningCount).ShouldBe((first, 2));
        Changes().ShouldNotContain("StopServiceDeployment");
        (await Sandbox.Session.Ecs.ListServiceDeploymentsAsync(new("main", "web"), default)).ServiceDeployments![0].Status.ShouldBe("ROLLBACK_SUCCESSFUL");
    }

    [Fact]
    public async Task One_that_had_ended_before_it_was_looked_at_is_proven_too()
    {
        var first = await WithServiceAsync(breaker: true);
        CannotPull(tasks: 4);
        var plans = await PlanRolloutAsync(await Sandbox.PushAsync("v2", "second"));
        var results = await Rollouts.RolloutAsync(plans, Options, default);
        Sandbox.Time.Advance(TimeSpan.FromMinutes(3));

        var result = (await ApplyAsync(plans, results, Options)).Single();

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        result.Rollout.RunningDigests.ShouldBe([first]);
        (await TagAsync()).ShouldBe(first);
    }

    [Fact]
    public async Task One_whose_place_another_deployment_took_is_no_rollback_and_says_whose_it_is()
    {
        await WithServiceAsync(breaker: true);
        CannotPull(tasks: 4);
        var plans = await PlanRolloutAsync(await Sandbox.PushAsync("v2", "second"));
        var results = await Rollouts.RolloutAsync(plans, Options, default);
        var theirs = await Sandbox.PushAsync("v3", "theirs");
        await RolloutAsync(theirs, Options);

        var result = (await ApplyAsync(plans, results, Options)).Single();

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed, result.Rollout.Reason);
        result.Error.ShouldNotBeNull().Message.ShouldContain("its deployment is");
        (await TagAsync()).ShouldBe(theirs.Digest);
    }

    [Fact]
    public async Task One_that_cannot_be_looked_at_is_said_to_go_on()
    {
        await WithServiceAsync(breaker: true);
        CannotPull(tasks: 4);
        var plans = await PlanRolloutAsync(await Sandbox.PushAsync("v2", "second"));
        var results = await Rollouts.RolloutAsync(plans, Options, default);
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = "ecs", Operation = "ListServiceDeployments", Count = null });

        var result = (await ApplyAsync(plans, results, Options)).Single();

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed, result.Rollout.Reason);
        result.Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.RollbackNotSeen));
        result.Rollout.Reason!.ShouldNotContain("not rolled back");
    }

    private void CannotPull(int? tasks) => Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = tasks });
}
