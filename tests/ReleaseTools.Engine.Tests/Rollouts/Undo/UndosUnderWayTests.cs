using System.Net;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Rollouts.Undo;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

/// <summary>Two services of one tag: what fails is undone while the other goes on.</summary>
public sealed class UndosUnderWayTests : UndoFixture
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    [Fact]
    public async Task What_fails_is_stopped_at_once_and_the_tag_goes_back_when_nobody_starts_from_it_any_more()
    {
        var (first, plans) = await PlannedAsync(Service);
        await StickAsync("worker");
        Crash(plans[0].Image!.Digest!, tasks: null);
        var began = Sandbox.Time.GetUtcNow();

        var results = await Rollback.RolloutAsync(plans, new() { Timeout = Longest }, default);

        results[0].Rollout.Status.ShouldBe(RolloutStatus.RolledBack, results[0].Rollout.Reason);
        (await TagAsync()).ShouldBe(first);
        results[0].Rollout.Reason!.ShouldEndWith($"The tag latest is back on {Words.Digest(first)}.");
        var stop = Sandbox.Calls.First(call => call.Operation == "StopServiceDeployment");
        (stop.Time - began).ShouldBeLessThan(Longest);
        Sandbox.Calls.Where(call => call is { Operation: "PutImage", StatusCode: 200 }).Skip(1).ShouldAllBe(call => call.Time - began >= Longest);
    }

    [Fact]
    public async Task A_tag_that_another_then_runs_well_from_stays_and_that_is_said()
    {
        var (_, plans) = await PlannedAsync(Service);
        Crash("worker", tasks: 2, TimeSpan.FromSeconds(30)); // fewer than are too many, and so it ends well, and later
        Crash("worker", tasks: null, TimeSpan.FromDays(1));
        Crash(plans[0].Image!.Digest!, tasks: null);

        var results = await Rollback.RolloutAsync(plans, new() { Timeout = Longest }, default);

        results.Select(one => one.Rollout.Status).ShouldBe([RolloutStatus.RolledBack, RolloutStatus.Verified], results[0].Rollout.Reason);
        (await TagAsync()).ShouldBe(plans[1].Image!.Digest);
        results[0].Rollout.Reason!.ShouldEndWith("another service of the same release needs it there.");
    }

    [Fact]
    public async Task What_is_deployed_again_waits_for_those_that_may_start_from_its_tag()
    {
        var (first, plans) = await PlannedAsync(Service with { Verify = new() { Url = "https://web.example/", Timeout = TimeSpan.FromSeconds(5) } });
        await StickAsync("worker");
        using var down = new Down();
        var rollouts = new EcsRollouts(Sandbox.Session, Sandbox.Registry, Observer, Sandbox.Time, down);
        var began = Sandbox.Time.GetUtcNow();

        var results = await new RollbackOnFailure(Sandbox.Session, Sandbox.Registry, Observer, Sandbox.Time, rollouts).RolloutAsync(plans, new() { Timeout = Longest }, default);

        results[0].Rollout.Reason!.ShouldContain("https://web.example/");
        (await TagAsync()).ShouldBe(first);
        var deployed = Sandbox.Calls.Where(call => call is { Operation: "UpdateService" }).ToList();
        (deployed[^1].Time - began).ShouldBeGreaterThanOrEqualTo(Longest);
    }

    [Fact]
    public async Task Ctrl_C_says_what_is_not_undone_and_how_it_is()
    {
        var (_, plans) = await PlannedAsync(Service);
        using var stop = new CancellationTokenSource();

        await Should.ThrowAsync<OperationCanceledException>(() => Rollback.RolloutAsync(plans, Options, hooks =>
        {
            stop.Cancel();
            hooks.Ended(plans[0], new(plans[0].ToRollout() with { Status = RolloutStatus.Failed, DeploymentId = "ecs-svc/2", Reason = "crashed" }));
            hooks.Ended(plans[1], new(plans[1].ToRollout() with { Status = RolloutStatus.RolledBack, DeploymentId = "ecs-svc/3", Reason = "crashed" }));
            throw new OperationCanceledException(stop.Token);
        }, stop.Token));

        var said = Observer.Of<Announced>();
        said.Select(one => one.Subject).ShouldBe(["web", "worker"]);
        said[0].Message.ShouldContain("is not rolled back. To put back what ran before: Restore-EcsService web -Cluster main.");
        said[1].Message.ShouldContain("may go on at ECS. To wait for its end: Wait-EcsRollout worker -Cluster main");
    }

    [Fact]
    public async Task Ctrl_C_before_what_ran_is_deployed_again_says_so()
    {
        await WithServiceAsync();
        await RolloutAsync(await Sandbox.PushAsync("v2", "second"), Options);
        var plan = await PlanAsync();
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => Undo.UndoAsync([plan], Options, stop.Token));

        Observer.Of<Announced>().ShouldHaveSingleItem().Message.ShouldContain("was not put back to what ran before. To put back what ran before: Restore-EcsService web -Cluster main.");
    }

    private async Task<(string First, IReadOnlyList<RolloutPlan> Plans)> PlannedAsync(ReleaseService web)
    {
        await Sandbox.WithServicesAsync(["web", "worker"]);
        var image = await Sandbox.PushAsync("v2", "second");
        return (await TagAsync(), await Rollouts.PlanAsync([web, Service with { Service = "worker" }], new Dictionary<string, EcrImage> { ["web"] = image, ["worker"] = image }, default));
    }

    // Nothing may be stopped, and nothing started beside it.
    private async Task StickAsync(string service) => await Sandbox.CallAsync("ecs", "UpdateService", $$$"""
        {"cluster":"main","service":"{{{service}}}","deploymentConfiguration":{"minimumHealthyPercent":100,"maximumPercent":100}}
        """);

    // Whichever was added first counts.
    private void Crash(string target, int? tasks, TimeSpan? after = null) =>
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = target, Count = tasks, ExitCode = 3, Delay = after ?? TimeSpan.FromSeconds(1) });

    private sealed class Down : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.InternalServerError));
    }
}
