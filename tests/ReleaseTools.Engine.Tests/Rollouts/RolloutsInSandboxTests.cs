using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class RolloutsInSandboxTests : IAsyncLifetime
{
    // What the watcher waits at most between two looks at a service.
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(5);

    private readonly FurnishedSandbox sandbox = new();
    private readonly RecordingObserver observer = new();

    public async ValueTask InitializeAsync() => await sandbox.StartAsync();

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Fact]
    public async Task What_was_pushed_under_the_release_tag_is_what_runs_after_the_rollout()
    {
        await sandbox.WithServiceAsync();
        var image = await sandbox.PushAsync("4f2c9e1", "second");

        var rollout = await RolloutAsync(image);

        rollout.Status.ShouldBe(RolloutStatus.Verified, rollout.Reason);
        rollout.RunningDigests.ShouldBe([image.Digest!]);
        observer.Of<ServiceSaid>().ShouldNotBeEmpty();
        observer.Of<DeploymentProgress>()[^1].RolloutState.ShouldBe("COMPLETED");
    }

    [Fact]
    public async Task Desired_0_is_deployed()
    {
        await sandbox.WithServiceAsync(desired: 0);
        (await RolloutAsync(await sandbox.PushAsync("4f2c9e1", "second"))).Status.ShouldBe(RolloutStatus.Deployed);
    }

    [Fact]
    public async Task A_crash_loop_without_breaker_fails_with_exit_code_and_log()
    {
        await sandbox.WithServiceAsync();
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = "web", Count = null, Delay = TimeSpan.FromSeconds(2), ExitCode = 3, LogLines = ["no database"] });

        var rollout = await RolloutAsync(await sandbox.PushAsync("4f2c9e1", "second"));

        rollout.Status.ShouldBe(RolloutStatus.Failed, rollout.Reason);
        rollout.StoppedTasks[0].ExitCode.ShouldBe(3);
        rollout.StoppedTasks[0].LogLines.ShouldContain("no database");
    }

    [Fact]
    public async Task An_image_that_cannot_be_pulled_is_rolled_back_by_a_breaker_and_said_as_that()
    {
        await sandbox.WithServiceAsync(breaker: true);
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 4 });

        var rollout = await RolloutAsync(await sandbox.PushAsync("4f2c9e1", "second"));

        rollout.Status.ShouldBe(RolloutStatus.RolledBack, rollout.Reason);
        rollout.Reason!.ShouldContain("CannotPullContainerError");
    }

    [Fact]
    public async Task A_rollback_that_ECS_has_only_begun_when_it_is_told_is_told_as_that()
    {
        await sandbox.WithServiceAsync(breaker: true);
        await sandbox.CallAsync("ecs", "UpdateService", """
            {"cluster":"main","service":"web","deploymentConfiguration":{"minimumHealthyPercent":0,"maximumPercent":100,"deploymentCircuitBreaker":{"enable":true,"rollback":true}}}
            """);
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = null }); // the former image, too

        var result = await ResultAsync(await sandbox.PushAsync("4f2c9e1", "second"));

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack);
        result.Rollout.Reason!.ShouldStartWith("ECS is putting web:1 back (ecs-svc/");
        result.SaidOfRollback.ShouldEndWith("which has not completed yet. To wait for it: Wait-EcsRollout web -Cluster main.");
        Outcomes.ErrorOf(result.Rollout)!.Message.ShouldStartWith("The rollout of service 'web' failed and is rolled back. ECS is putting");
        sandbox.Time.Advance(TimeSpan.FromMinutes(3));
        (await sandbox.Session.Ecs.ListServiceDeploymentsAsync(new("main", "web"), default)).ServiceDeployments![0].Status.ShouldBe("ROLLBACK_FAILED");
    }

    [Fact]
    public async Task A_pinned_rollout_runs_a_revision_that_names_the_digest_and_leaves_the_tag()
    {
        await sandbox.WithServiceAsync();
        var latest = (await sandbox.Registry.FindAsync(sandbox.Repository, "latest", default))!.Digest;
        var image = await sandbox.PushAsync("4f2c9e1", "second");

        var rollout = await RolloutAsync(image, pinDigest: true);

        (rollout.Status, rollout.TaskDefinition).ShouldBe((RolloutStatus.Verified, "web:2"), rollout.Reason);
        (await sandbox.Registry.FindAsync(sandbox.Repository, "latest", default))!.Digest.ShouldBe(latest);
        (await RolloutAsync(image, pinDigest: true)).TaskDefinition.ShouldBe("web:2"); // it names the digest
    }

    [Fact]
    public async Task A_rollout_that_is_under_way_is_joined()
    {
        await sandbox.WithServiceAsync();
        var image = await sandbox.PushAsync("4f2c9e1", "second");
        var first = await RolloutAsync(image, pinDigest: true, new() { NoWait = true });

        var second = await RolloutAsync(image, pinDigest: true);

        (second.Status, second.DeploymentId).ShouldBe((RolloutStatus.Verified, first.DeploymentId), second.Reason);
    }

    [Fact]
    public async Task The_third_crash_is_told_within_one_look_with_exit_code_and_log()
    {
        await sandbox.WithServiceAsync(desired: 1);
        var image = await sandbox.PushAsync("4f2c9e1", "second");
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = "web", Count = null, Delay = TimeSpan.FromSeconds(3), ExitCode = 3, LogLines = ["no database"] });

        var rollout = await RolloutAsync(image);

        rollout.Status.ShouldBe(RolloutStatus.Failed, rollout.Reason);
        rollout.StoppedTasks.Count.ShouldBe(3);
        rollout.StoppedTasks.ShouldAllBe(task => task.ExitCode == 3 && task.LogLines.Contains("no database"));
        (sandbox.Time.GetUtcNow() - await sandbox.EndOfAsync(rollout.StoppedTasks[^1])).ShouldBeLessThanOrEqualTo(LongestLook);
    }

    [Fact]
    public async Task An_image_that_cannot_be_pulled_is_told_within_one_look_at_the_first_task()
    {
        await sandbox.WithServiceAsync(desired: 1);
        var image = await sandbox.PushAsync("4f2c9e1", "second");
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = null });

        var rollout = await RolloutAsync(image);

        rollout.Status.ShouldBe(RolloutStatus.Failed, rollout.Reason);
        rollout.StoppedTasks.Single().Reason!.ShouldContain("CannotPullContainerError");
        (sandbox.Time.GetUtcNow() - await sandbox.EndOfAsync(rollout.StoppedTasks[0])).ShouldBeLessThanOrEqualTo(LongestLook);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(500)]
    public async Task A_look_is_one_call_for_every_ten_services_and_20_calls_a_second_throttle_nobody(int services)
    {
        IReadOnlyList<string> names = [.. Enumerable.Range(1, services).Select(i => $"s{i}")];
        await sandbox.WithServicesAsync(names);
        var rollouts = new EcsRollouts(sandbox.Session, sandbox.Registry, observer, sandbox.Time);
        var plans = await rollouts.PlanAsync([.. names.Select(name => new ReleaseService { Service = name, Cluster = "main" })], new Dictionary<string, EcrImage>(), default);
        var starts = new DeploymentStart(sandbox.Session, observer, sandbox.Time);
        var started = new List<StartedRollout>();
        foreach (var plan in plans)
            started.Add(await starts.StartAsync(plan, revision: null, default));
        var before = sandbox.Calls.Count;
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.Throttle, Count = null, CallsPerSecond = 20 });

        // For as long as none of them can end, nothing but rounds is called.
        await WatchAsync(started, TimeSpan.FromSeconds(4));
        var calls = sandbox.Calls.Skip(before).ToList();
        calls.ShouldAllBe(call => call.Operation == "DescribeServices");
        (calls.Count % ((services + 9) / 10)).ShouldBe(0);
        calls.Count.ShouldBeGreaterThan((services + 9) / 10);

        sandbox.Time.Advance(TimeSpan.FromSeconds(1)); // a second watcher begins with a full bucket, too
        var ended = await WatchAsync(started, TimeSpan.FromMinutes(5));
        ended.Count.ShouldBe(services);
        ended.ShouldAllBe(one => one.Rollout.Status == RolloutStatus.Deployed && one.Error == null);
        observer.Of<Warned>().ShouldBeEmpty();
    }

    [Fact]
    public async Task Five_hundred_services_are_planned_and_started_below_what_ECS_throttles()
    {
        IReadOnlyList<string> names = [.. Enumerable.Range(1, 500).Select(i => $"s{i}")];
        await sandbox.WithServicesAsync(names);
        var before = sandbox.Calls.Count;
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.Throttle, Operation = "UpdateService", Count = null, CallsPerSecond = 5, Burst = 50 });
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.Throttle, Operation = "DescribeServices", Count = null, CallsPerSecond = 20, Burst = 100 });
        var rollouts = new EcsRollouts(sandbox.Session, sandbox.Registry, observer, sandbox.Time);

        var plans = await rollouts.PlanAsync([.. names.Select(name => new ReleaseService { Service = name, Cluster = "main" })], new Dictionary<string, EcrImage>(), default);
        var results = await rollouts.RolloutAsync(plans, new() { NoWait = true }, default);

        results.ShouldAllBe(result => result.Error == null && result.Rollout.Status == RolloutStatus.InProgress);
        var calls = sandbox.Calls.Skip(before).ToList();
        calls.Count(call => call.Operation == "UpdateService").ShouldBe(500);
        calls.ShouldAllBe(call => call.StatusCode == 200);
    }

    private async Task<IReadOnlyList<RolloutResult>> WatchAsync(IReadOnlyList<StartedRollout> started, TimeSpan timeout)
    {
        var watcher = new RolloutWatcher(sandbox.Session, observer, sandbox.Time, "main", new() { Timeout = timeout }, new CallPace(sandbox.Time), (_, result) => Task.FromResult(result));
        return [.. (await watcher.WatchAsync(started, default)).Values];
    }

    private async Task<ServiceRollout> RolloutAsync(EcrImage image, bool pinDigest = false, RolloutOptions? options = null) => (await ResultAsync(image, pinDigest, options)).Rollout;

    private async Task<RolloutResult> ResultAsync(EcrImage image, bool pinDigest = false, RolloutOptions? options = null)
    {
        var rollouts = new EcsRollouts(sandbox.Session, sandbox.Registry, observer, sandbox.Time);
        var plans = await rollouts.PlanAsync([new() { Service = "web", Cluster = "main", PinDigest = pinDigest }], new Dictionary<string, EcrImage> { ["web"] = image }, default);
        return (await rollouts.RolloutAsync(plans, options ?? new() { Timeout = TimeSpan.FromMinutes(4) }, default)).Single();
    }
}
