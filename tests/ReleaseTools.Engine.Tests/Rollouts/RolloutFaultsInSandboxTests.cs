using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Rollouts.Undo;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

/// <summary>What AWS, its network and other people do in the middle of a wait; on a stepped clock, through the signed client.</summary>
public sealed class RolloutFaultsInSandboxTests : IAsyncLifetime
{
    private readonly FurnishedSandbox sandbox = new();
    private readonly RecordingObserver observer = new();

    public async ValueTask InitializeAsync() => await sandbox.StartAsync();

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Theory]
    [InlineData(SandboxFaultKind.Throttle)]
    [InlineData(SandboxFaultKind.ServerError)]
    [InlineData(SandboxFaultKind.DropConnection)]
    [InlineData(SandboxFaultKind.DropAnswer)]
    public async Task Reads_that_AWS_does_not_answer_for_a_while_are_waited_out(SandboxFaultKind kind)
    {
        await sandbox.WithServiceAsync();
        var image = await sandbox.PushAsync("4f2c9e1", "second");
        AtLook(2, () => sandbox.Faults.Add(new() { Kind = kind, Service = "ecs", Count = 4 }));

        var result = await RolloutAsync(image);

        result.Rollout.Status.ShouldBe(RolloutStatus.Verified, result.Rollout.Reason);
        sandbox.Calls.Count(call => call.StatusCode != 200).ShouldBeGreaterThanOrEqualTo(kind == SandboxFaultKind.DropAnswer ? 0 : 4);
        observer.Of<Warned>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Credentials_that_expire_end_the_wait_and_say_that_the_deployment_goes_on()
    {
        await sandbox.WithServiceAsync();
        var image = await sandbox.PushAsync("4f2c9e1", "second");
        AtLook(2, () => sandbox.Faults.Add(new() { Kind = SandboxFaultKind.ExpiredToken, Count = null }));

        var result = await RolloutAsync(image);

        result.Error!.Id.ShouldBe(nameof(Messages.AwsCredentialsExpired));
        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Rollout.Reason!.ShouldContain($"Deployment {result.Rollout.DeploymentId} of web goes on.");
    }

    [Fact]
    public async Task Credentials_that_expire_and_are_renewed_in_the_middle_of_a_wait_do_not_end_it()
    {
        await sandbox.WithServiceAsync();
        var image = await sandbox.PushAsync("4f2c9e1", "second");
        var (hasExpired, renewals) = (false, 0);
        using var session = await sandbox.SessionAsync(() =>
        {
            if (!hasExpired)
                return;
            hasExpired = false;
            renewals++;
            sandbox.Faults.Clear(); // AWS takes the new ones
        });
        AtLook(2, () =>
        {
            hasExpired = true;
            sandbox.Faults.Add(new() { Kind = SandboxFaultKind.ExpiredToken, Service = "ecs", Count = null });
        });

        var result = await RolloutAsync(image, session);

        (result.Rollout.Status, result.Error).ShouldBe((RolloutStatus.Verified, null), result.Rollout.Reason);
        renewals.ShouldBe(1);
    }

    [Fact]
    public async Task Somebody_else_s_deployment_in_the_middle_supersedes_ours()
    {
        await sandbox.WithServiceAsync();
        var image = await sandbox.PushAsync("4f2c9e1", "second");
        AtLook(2, () => Call("UpdateService", """{"cluster":"main","service":"web","forceNewDeployment":true}"""));

        var result = await RolloutAsync(image);

        result.Rollout.Status.ShouldBe(RolloutStatus.Superseded, result.Rollout.Reason);
        result.Rollout.Reason!.ShouldContain("Another deployment, ecs-svc/");
    }

    [Fact]
    public async Task A_service_that_is_deleted_in_the_middle_fails_the_rollout()
    {
        await sandbox.WithServiceAsync();
        var image = await sandbox.PushAsync("4f2c9e1", "second");
        AtLook(2, () => Call("DeleteService", """{"cluster":"main","service":"web","force":true}"""));

        var result = await RolloutAsync(image);

        (result.Rollout.Status, result.Error).ShouldBe((RolloutStatus.Failed, null), result.Rollout.Reason);
        result.Rollout.Reason!.ShouldContain("somebody deleted it");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public async Task A_desired_count_that_autoscaling_changes_in_the_middle_is_followed(int desired)
    {
        await sandbox.WithServiceAsync(desired: 3);
        var image = await sandbox.PushAsync("4f2c9e1", "second");
        AtLook(2, () => Call("UpdateService", $$"""{"cluster":"main","service":"web","desiredCount":{{desired}}}"""));

        var rollout = (await RolloutAsync(image)).Rollout;

        (rollout.Status, rollout.DesiredCount, rollout.RunningCount).ShouldBe((RolloutStatus.Verified, desired, desired), rollout.Reason);
    }

    [Fact]
    public async Task More_than_100_tasks_are_all_proven()
    {
        await sandbox.WithServiceAsync(desired: 230);

        var rollout = (await RolloutAsync(await sandbox.PushAsync("4f2c9e1", "second"))).Rollout;

        rollout.Status.ShouldBe(RolloutStatus.Verified, rollout.Reason);
        (rollout.RunningCount, rollout.Reason![..11]).ShouldBe((230, "230 of 230 "));
    }

    [Fact]
    public async Task A_deployment_that_ECS_has_no_room_for_is_Stalled_and_says_why()
    {
        await sandbox.WithServicesAsync(["web"], maximumPercent: 100);

        var rollout = (await RolloutAsync(await sandbox.PushAsync("4f2c9e1", "second"))).Rollout;

        rollout.Status.ShouldBe(RolloutStatus.Stalled, rollout.Reason);
        rollout.Reason!.ShouldContain("MinimumHealthyPercent and maximumPercent leave no room for a task. ECS says: ");
        observer.Of<Warned>().Single().Message.ShouldStartWith("minimumHealthyPercent");
    }

    [Fact]
    public async Task Rollbacks_are_followed_ten_services_a_call()
    {
        IReadOnlyList<string> names = [.. Enumerable.Range(1, 10).Select(i => $"s{i}")];
        await sandbox.WithServicesAsync(names, desired: 3);
        var rollouts = new EcsRollouts(sandbox.Session, sandbox.Registry, observer, sandbox.Time);
        IReadOnlyList<ReleaseService> services = [.. names.Select(name => new ReleaseService { Service = name, Cluster = "main" })];
        await rollouts.RolloutAsync(await rollouts.PlanAsync(services, new Dictionary<string, EcrImage>(), default), new() { NoWait = true }, default);
        var undo = new EcsUndo(sandbox.Session, sandbox.Registry, observer, sandbox.Time, rollouts);
        var plans = await undo.PlanAsync(services, to: null, default);

        var ended = await undo.UndoAsync(plans, new() { Timeout = TimeSpan.FromMinutes(4) }, default);

        ended.ShouldAllBe(one => one.Rollout.Status == RolloutStatus.Verified || one.Rollout.Status == RolloutStatus.Deployed);
        var waits = sandbox.Calls.SkipWhile(call => call.Operation != "StopServiceDeployment").ToList();
        waits.Count(call => call.Operation == "StopServiceDeployment").ShouldBe(10);
        waits.Count(call => call.Operation == "DescribeServices").ShouldBeLessThan(20); // one for each that begins, then one for all ten
    }

    private async Task<RolloutResult> RolloutAsync(EcrImage image, AwsSession? session = null)
    {
        var rollouts = new EcsRollouts(session ?? sandbox.Session, sandbox.Registry, observer, sandbox.Time);
        var plans = await rollouts.PlanAsync([new() { Service = "web", Cluster = "main" }], new Dictionary<string, EcrImage> { ["web"] = image }, default);
        return (await rollouts.RolloutAsync(plans, new() { Timeout = TimeSpan.FromMinutes(4) }, default)).Single();
    }

    // The watcher's waits are the only ones of a rollout.
    private void AtLook(int look, Action act)
    {
        var waits = 0;
        sandbox.Time.OnWait = _ =>
        {
            if (++waits == look)
                act();
        };
    }

    private void Call(string operation, string request) => sandbox.CallAsync("ecs", operation, request).GetAwaiter().GetResult();
}
