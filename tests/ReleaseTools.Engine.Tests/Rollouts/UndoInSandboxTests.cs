using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class UndoInSandboxTests : IAsyncLifetime
{
    private readonly FurnishedSandbox sandbox = new();
    private readonly RecordingObserver observer = new();

    public async ValueTask InitializeAsync() => await sandbox.StartAsync();

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Fact]
    public async Task A_deployment_that_runs_is_stopped_and_what_ran_before_is_proven()
    {
        var first = await WithServiceAsync();
        await RolloutAsync(await sandbox.PushAsync("v2", "second"), new() { NoWait = true });

        var undone = await UndoAsync();

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        undone.RunningDigests.ShouldBe([first]);
        Changes().ShouldContain("StopServiceDeployment");
        Changes().Count(call => call == "UpdateService").ShouldBe(1);
        (await TagAsync()).ShouldBe(first);
    }

    [Fact]
    public async Task After_a_deployment_that_has_ended_the_former_digest_is_put_back_under_the_tag_and_deployed()
    {
        var first = await WithServiceAsync();
        (await RolloutAsync(await sandbox.PushAsync("v2", "second"), new())).Status.ShouldBe(RolloutStatus.Verified);

        var plan = await PlanAsync();
        plan.ToRollout().Reason.ShouldBe($"Deploys web:1 with {Words.Digest(first)}, once the tag latest is back on it.");
        (await TagAsync()).ShouldNotBe(first); // a plan only reads
        var undone = await UndoAsync();

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        undone.RunningDigests.ShouldBe([first]);
        (await TagAsync()).ShouldBe(first);
    }

    [Theory]
    [InlineData("v2")]
    [InlineData("digest")]
    [InlineData("short digest")]
    public async Task A_release_is_gone_to_by_its_tag_or_digest(string by)
    {
        await WithServiceAsync();
        var second = await sandbox.PushAsync("v2", "second");
        await RolloutAsync(second, new());
        await RolloutAsync(await sandbox.PushAsync("v3", "third"), new());

        var undone = await UndoAsync(by switch { "digest" => second.Digest, "short digest" => Words.Digest(second.Digest!), _ => by });

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        undone.RunningDigests.ShouldBe([second.Digest!]);
    }

    [Theory]
    [InlineData("v3")]
    [InlineData("digest")]
    public async Task A_service_whose_task_definition_names_another_digest_gets_a_revision_that_names_the_one_asked_for(string by)
    {
        var first = await WithServiceAsync();
        var plans = await Rollouts.PlanAsync([Service with { PinDigest = true }], new Dictionary<string, EcrImage> { ["web"] = await sandbox.PushAsync("v2", "second") }, default);
        (await Rollouts.RolloutAsync(plans, new(), default)).Single().Rollout.TaskDefinition.ShouldBe("web:2");
        var third = await sandbox.PushAsync("v3", "third");
        var to = by == "digest" ? third.Digest : by;

        (await PlanAsync(to)).ToRollout().Reason.ShouldBe($"Registers a revision of web:2 that names {Words.Digest(third.Digest!)}, and deploys it.");
        var undone = await UndoAsync(to);

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        (undone.TaskDefinition, undone.RunningDigests.Single()).ShouldBe(("web:3", third.Digest));
        (await TagAsync()).ShouldBe(first);
        (await UndoAsync("v2")).TaskDefinition.ShouldBe("web:2"); // which names it already
    }

    [Fact]
    public async Task A_pinned_service_goes_back_to_the_task_definition_that_ran_before_as_it_was()
    {
        var first = await WithServiceAsync();
        var pinned = Service with { PinDigest = true };
        var plans = await Rollouts.PlanAsync([pinned], new Dictionary<string, EcrImage> { ["web"] = await sandbox.PushAsync("v2", "second") }, default);
        await Rollouts.RolloutAsync(plans, new(), default);

        var undone = (await Undo.UndoAsync(await Undo.PlanAsync([pinned], to: null, default), new(), default)).Single().Rollout;

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        (undone.TaskDefinition, undone.RunningDigests.Single()).ShouldBe(("web:1", first));
    }

    [Fact]
    public async Task A_task_definition_is_gone_to_with_the_digest_it_ran_with()
    {
        var first = await WithServiceAsync();
        await RolloutAsync(await sandbox.PushAsync("v2", "second"), new());

        var undone = await UndoAsync("web:1");

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        undone.TaskDefinition.ShouldBe("web:1");
        undone.RunningDigests.ShouldHaveSingleItem().ShouldNotBe(first); // the digest it ran with last
    }

    [Theory]
    [InlineData("web:7")]
    [InlineData("v9")]
    [InlineData("sha256:00")]
    public async Task What_is_not_there_is_an_error_before_anything_changes(string to)
    {
        await WithServiceAsync();

        var problem = (await PlanAsync(to)).Problem.ShouldNotBeNull();
        (problem.Id, problem.Target).ShouldBe((nameof(Messages.RestoreTargetNotFound), "web"));
        Changes().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_service_s_only_deployment_leaves_nothing_to_go_back_to()
    {
        await WithServiceAsync();

        var problem = (await PlanAsync()).Problem.ShouldNotBeNull();
        problem.Id.ShouldBe(nameof(Messages.NothingToRestore));
        problem.RecommendedAction.ShouldContain("-To");
    }

    [Fact]
    public async Task What_the_breaker_rolled_back_is_not_rolled_back_again()
    {
        await WithServiceAsync(breaker: true);
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 4 });
        (await RolloutAsync(await sandbox.PushAsync("v2", "second"), new())).Status.ShouldBe(RolloutStatus.RolledBack);
        sandbox.Time.Advance(TimeSpan.FromMinutes(2));

        (await PlanAsync()).Problem.ShouldNotBeNull().Message.ShouldContain("rolled back already");
    }

    [Fact]
    public async Task A_rollback_that_fails_is_never_a_success()
    {
        await WithServiceAsync();
        await RolloutAsync(await sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = "web", Count = null, Delay = TimeSpan.FromSeconds(2), ExitCode = 3 });

        var undone = await UndoAsync();

        undone.Status.ShouldBe(RolloutStatus.Failed, undone.Reason);
        undone.StoppedTasks.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_rollback_that_ECS_gives_up_is_never_a_success()
    {
        await WithServiceAsync(breaker: true);
        await RolloutAsync(await sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = null });

        (await UndoAsync()).Status.ShouldBe(RolloutStatus.Failed);
    }

    [Fact]
    public async Task Without_waiting_a_rollback_is_in_progress_and_can_be_waited_for_by_its_deployment()
    {
        await WithServiceAsync();
        await RolloutAsync(await sandbox.PushAsync("v2", "second"), new() { NoWait = true });

        var undone = await UndoAsync(options: new() { NoWait = true });
        undone.Status.ShouldBe(RolloutStatus.InProgress);

        (await WaitAsync(undone.DeploymentId, undone.Digest)).Status.ShouldBe(RolloutStatus.Verified);
    }

    [Fact]
    public async Task A_rollout_that_fails_is_rolled_back_and_says_both()
    {
        var first = await WithServiceAsync();
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 2 });

        var result = await RolloutWithRollbackAsync(await sandbox.PushAsync("v2", "second"));

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        result.Rollout.Reason!.ShouldContain("CannotPullContainerError");
        result.Rollout.Reason!.ShouldContain("Rolled back to web:1");
        result.Rollout.RunningDigests.ShouldBe([first]);
        (await TagAsync()).ShouldBe(first);
    }

    [Fact]
    public async Task A_rollout_whose_rollback_fails_too_stays_failed()
    {
        await WithServiceAsync();
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = "web", Count = null, Delay = TimeSpan.FromSeconds(1), ExitCode = 3 });

        var result = await RolloutWithRollbackAsync(await sandbox.PushAsync("v2", "second"));

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.RollbackFailed));
    }

    [Fact]
    public async Task What_the_breaker_rolled_back_gets_its_tag_back_too()
    {
        var first = await WithServiceAsync(breaker: true);
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 4 });

        var result = await RolloutWithRollbackAsync(await sandbox.PushAsync("v2", "second"));

        result.Rollout.Status.ShouldBe(RolloutStatus.RolledBack, result.Rollout.Reason);
        (await TagAsync()).ShouldBe(first);
        Changes().ShouldNotContain("StopServiceDeployment");
    }

    [Fact]
    public async Task Somebody_else_s_deployment_is_not_rolled_back()
    {
        await WithServiceAsync();
        var image = await sandbox.PushAsync("v2", "second");
        var rollouts = Rollouts;
        var plans = await rollouts.PlanAsync([Service], new Dictionary<string, EcrImage> { ["web"] = image }, default);
        var started = await rollouts.RolloutAsync(plans, new() { NoWait = true }, default);
        await RolloutAsync(image, new() { NoWait = true });
        IReadOnlyList<RolloutResult> failed = [started[0] with { Rollout = started[0].Rollout with { Status = RolloutStatus.Failed, Reason = "crashed" } }];

        var result = (await Undo.RollBackAsync(plans, failed, new(), default)).Single();

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Rollout.Reason!.ShouldContain("its deployment is");
        Changes().ShouldNotContain("StopServiceDeployment");
    }

    [Fact]
    public async Task A_tag_that_cannot_be_put_back_does_not_keep_a_deployment_from_being_stopped()
    {
        var first = await WithServiceAsync();
        await RolloutAsync(await sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = "ecr", Operation = "PutImage", Count = null });

        var undone = await UndoAsync();

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        undone.RunningDigests.ShouldBe([first]);
        (await TagAsync()).ShouldNotBe(first);
        observer.Of<Warned>().ShouldContain(one => one.Subject == "web" && one.Message.Contains("The tag latest", StringComparison.Ordinal) && one.Message.Contains("was left where it is", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Images_that_cannot_be_read_do_not_keep_a_deployment_from_being_stopped()
    {
        var first = await WithServiceAsync();
        await RolloutAsync(await sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        foreach (var operation in new[] { "DescribeImages", "BatchGetImage" })
            sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = "ecr", Operation = operation, Count = null });

        var undone = await UndoAsync();

        undone.Status.ShouldBe(RolloutStatus.Deployed, undone.Reason);
        undone.TaskDefinition.ShouldBe("web:1");
        (await new ServiceReader(sandbox.Session).ReadAsync([Service], _ => { }, default)).Single().RunningDigests.ShouldBe([first]);
        Changes().ShouldContain("StopServiceDeployment");
        observer.Of<Warned>().ShouldContain(one => one.Subject == "web" && one.Message.Contains("no tag is put back", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_rollout_whose_rollback_cannot_be_looked_at_says_that_it_goes_on_and_keeps_why_it_failed()
    {
        await WithServiceAsync();
        var image = await sandbox.PushAsync("v2", "second");
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = image.Digest!, ExitCode = 3, Count = null });
        var plans = await Rollouts.PlanAsync([Service], new Dictionary<string, EcrImage> { ["web"] = image }, default);
        var options = new RolloutOptions { Timeout = TimeSpan.FromMinutes(4) };
        var failed = await Rollouts.RolloutAsync(plans, options, default);
        var blind = new OnTagMoved(() => sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = "ecs", Operation = "DescribeServiceDeployments", Count = null }));
        var undo = new EcsUndo(sandbox.Session, sandbox.Registry, blind, sandbox.Time, Rollouts);

        var result = (await undo.RollBackAsync(plans, failed, options, default)).Single();

        result.Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.RollbackNotSeen));
        result.Error.Message.ShouldContain("exited with 3");
        result.Rollout.Reason!.ShouldContain("exited with 3");
        result.Rollout.Reason!.ShouldContain("was asked for and goes on at ECS");
        result.Rollout.Reason!.ShouldNotContain("not rolled back");
    }

    [Fact]
    public async Task A_task_definition_that_was_deregistered_since_is_put_back_as_a_copy()
    {
        var first = await WithServiceAsync();
        var plans = await Rollouts.PlanAsync([Service with { PinDigest = true }], new Dictionary<string, EcrImage> { ["web"] = await sandbox.PushAsync("v2", "second") }, default);
        (await Rollouts.RolloutAsync(plans, new(), default)).Single().Rollout.TaskDefinition.ShouldBe("web:2");
        await sandbox.Session.Ecs.DeregisterTaskDefinitionAsync(new("web:1"), default);

        var undone = await UndoAsync();

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        (undone.TaskDefinition, undone.RunningDigests.Single()).ShouldBe(("web:3", first));
    }

    [Fact]
    public async Task A_deployment_that_ends_well_before_it_is_stopped_is_undone_by_deploying_what_ran_before()
    {
        var first = await WithServiceAsync();
        await RolloutAsync(await sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        var plan = await PlanAsync();
        plan.ServiceDeployment.ShouldNotBeNull();
        sandbox.Time.Advance(TimeSpan.FromMinutes(2));

        var undone = (await Undo.UndoAsync([plan], new() { Timeout = TimeSpan.FromMinutes(4) }, default)).Single().Rollout;

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        undone.RunningDigests.ShouldBe([first]);
        Changes().ShouldBe(["UpdateService", "StopServiceDeployment", "UpdateService"]);
        (await TagAsync()).ShouldBe(first);
    }

    [Fact]
    public async Task A_tag_that_only_the_failed_service_names_goes_back_though_another_s_digest_is_pinned()
    {
        var (first, plans) = await PlannedOnLatestAsync();
        plans[1] = plans[1] with { Image = null, Container = plans[1].Container! with { Image = $"{sandbox.Repository}@{first}" } };
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 2 });

        var results = await RolloutWithRollbackAsync(plans);

        results.Select(one => one.Rollout.Status).ShouldBe([RolloutStatus.RolledBack, RolloutStatus.Deployed], results[0].Rollout.Reason);
        (await TagAsync()).ShouldBe(first);
    }

    [Fact]
    public async Task A_tag_that_was_there_before_the_rollout_stays_where_a_service_that_is_well_needs_it()
    {
        var (first, plans) = await PlannedOnLatestAsync();
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 2 });

        var results = await RolloutWithRollbackAsync(plans);

        results.Select(one => one.Rollout.Status).ShouldBe([RolloutStatus.RolledBack, RolloutStatus.Verified], results[0].Rollout.Reason);
        (await TagAsync()).ShouldBe(plans[1].Image!.Digest);
        results[0].Rollout.RunningDigests.ShouldBe([first]);
        observer.Of<Warned>().ShouldNotContain(one => one.Subject == "worker");
    }

    [Fact]
    public async Task A_tag_that_is_taken_from_a_service_that_is_well_is_warned_of()
    {
        var (first, plans) = await PlannedOnLatestAsync();
        var results = (await Rollouts.RolloutAsync(plans, new(), default)).ToArray();
        results[0] = results[0] with { Rollout = results[0].Rollout with { Status = RolloutStatus.Failed, Reason = "Its URL answers 500." } };

        var ended = await Undo.RollBackAsync(plans, results, new(), default);

        ended.Select(one => one.Rollout.Status).ShouldBe([RolloutStatus.RolledBack, RolloutStatus.Verified], ended[0].Rollout.Reason);
        (await TagAsync()).ShouldBe(first);
        var warned = observer.Of<Warned>().ShouldHaveSingleItem();
        warned.Subject.ShouldBe("worker");
        warned.Message.ShouldContain($"its next deployment would bring {Words.Digest(first)}");
    }

    [Fact]
    public async Task A_service_is_put_back_although_the_one_that_it_comes_after_does_not_get_healthy()
    {
        var (first, plans) = await PlannedOnLatestAsync();
        await Rollouts.RolloutAsync(plans, new(), default);
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = "web", Count = null, Delay = TimeSpan.FromSeconds(1), ExitCode = 3 });
        IReadOnlyList<ReleaseService> services = [Service with { DefinedAs = "web" }, Service with { Service = "worker", DefinedAs = "worker", After = ["web"] }];

        var undone = await Undo.UndoAsync(await Undo.PlanAsync(services, to: null, default), new() { Timeout = TimeSpan.FromMinutes(4) }, default);

        undone.Select(one => one.Rollout.Status).ShouldBe([RolloutStatus.Failed, RolloutStatus.Verified], undone[1].Rollout.Reason);
        undone[1].Rollout.RunningDigests.ShouldBe([first]);
    }

    [Fact]
    public async Task A_deployment_that_another_started_is_waited_for_and_proven()
    {
        await WithServiceAsync();
        var image = await sandbox.PushAsync("v2", "second");
        var started = await RolloutAsync(image, new() { NoWait = true });

        var ended = await WaitAsync(deploymentId: null, image.Digest);

        ended.Status.ShouldBe(RolloutStatus.Verified, ended.Reason);
        ended.DeploymentId.ShouldBe(started.DeploymentId);
    }

    [Theory]
    [InlineData(false, RolloutStatus.Deployed)]
    [InlineData(true, RolloutStatus.Mismatch)]
    public async Task With_nothing_in_progress_the_verdict_is_there_at_once(bool otherDigest, RolloutStatus status)
    {
        await WithServiceAsync();
        var digest = otherDigest ? (await sandbox.PushAsync("v2", "second")).Digest : null;

        var before = sandbox.Time.GetUtcNow();
        (await WaitAsync(deploymentId: null, digest)).Status.ShouldBe(status);
        (sandbox.Time.GetUtcNow() - before).ShouldBeLessThan(TimeSpan.FromSeconds(otherDigest ? 30 : 1));
    }

    [Fact]
    public async Task A_wait_that_finds_ECS_rolling_back_ends_RolledBack_and_not_well()
    {
        await WithServiceAsync();
        await RolloutAsync(await sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        await UndoAsync(options: new() { NoWait = true });

        (await WaitAsync(deploymentId: null, digest: null)).Status.ShouldBe(RolloutStatus.RolledBack);
    }

    [Fact]
    public async Task A_wait_for_a_deployment_that_was_undone_meanwhile_says_so()
    {
        await WithServiceAsync();
        var started = await RolloutAsync(await sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        await UndoAsync(options: new() { NoWait = true });

        (await WaitAsync(started.DeploymentId, digest: null)).Status.ShouldBe(RolloutStatus.RolledBack);
    }

    private static ReleaseService Service => new() { Service = "web", Cluster = "main" };

    private EcsRollouts Rollouts => new(sandbox.Session, sandbox.Registry, observer, sandbox.Time);

    private EcsUndo Undo => new(sandbox.Session, sandbox.Registry, observer, sandbox.Time, Rollouts);

    private async Task<string> WithServiceAsync(bool breaker = false)
    {
        await sandbox.WithServiceAsync(breaker);
        return await TagAsync();
    }

    private async Task<string> TagAsync() => (await sandbox.Registry.FindAsync(sandbox.Repository, "latest", default))!.Digest;

    private async Task<ServiceRollout> RolloutAsync(EcrImage image, RolloutOptions options)
    {
        var plans = await Rollouts.PlanAsync([Service], new Dictionary<string, EcrImage> { ["web"] = image }, default);
        return (await Rollouts.RolloutAsync(plans, options, default)).Single().Rollout;
    }

    private async Task<RolloutResult> RolloutWithRollbackAsync(EcrImage image)
    {
        var plans = await Rollouts.PlanAsync([Service], new Dictionary<string, EcrImage> { ["web"] = image }, default);
        return (await RolloutWithRollbackAsync(plans)).Single();
    }

    /// <summary>Two services of one tag that names the new digest already, and their plans; the former digest.</summary>
    private async Task<(string First, RolloutPlan[] Plans)> PlannedOnLatestAsync()
    {
        await sandbox.WithServicesAsync(["web", "worker"], desired: 2);
        var first = await TagAsync();
        var image = await sandbox.PushAsync("latest", "second");
        var plans = await Rollouts.PlanAsync([Service, Service with { Service = "worker" }], new Dictionary<string, EcrImage> { ["web"] = image, ["worker"] = image }, default);
        plans.ShouldAllBe(plan => plan.TagToMove == null);
        return (first, [.. plans]);
    }

    private async Task<IReadOnlyList<RolloutResult>> RolloutWithRollbackAsync(IReadOnlyList<RolloutPlan> plans)
    {
        var options = new RolloutOptions { Timeout = TimeSpan.FromMinutes(4) };
        return await Undo.RollBackAsync(plans, await Rollouts.RolloutAsync(plans, options, default), options, default);
    }

    private async Task<UndoPlan> PlanAsync(string? to = null) => (await Undo.PlanAsync([Service], to, default)).Single();

    private async Task<ServiceRollout> UndoAsync(string? to = null, RolloutOptions? options = null) =>
        (await Undo.UndoAsync([await PlanAsync(to)], options ?? new() { Timeout = TimeSpan.FromMinutes(4) }, default)).Single().Rollout;

    private async Task<ServiceRollout> WaitAsync(string? deploymentId, string? digest) =>
        (await new RolloutWaits(sandbox.Session, sandbox.Registry, sandbox.Time, Rollouts).WaitAsync([new(Service, deploymentId, digest)], new() { Timeout = TimeSpan.FromMinutes(4) }, default)).Single().Rollout;

    private IEnumerable<string> Changes() => sandbox.Calls.Select(call => call.Operation).Where(operation => operation is "UpdateService" or "StopServiceDeployment");

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
