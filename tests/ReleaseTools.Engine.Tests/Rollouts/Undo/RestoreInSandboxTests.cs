using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

public sealed class RestoreInSandboxTests : UndoFixture
{
    [Fact]
    public async Task A_deployment_that_runs_is_stopped_and_what_ran_before_is_proven()
    {
        var first = await WithServiceAsync();
        await RolloutAsync(await Sandbox.PushAsync("v2", "second"), new() { NoWait = true });

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
        (await RolloutAsync(await Sandbox.PushAsync("v2", "second"), new())).Status.ShouldBe(RolloutStatus.Verified);

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
        var second = await Sandbox.PushAsync("v2", "second");
        await RolloutAsync(second, new());
        await RolloutAsync(await Sandbox.PushAsync("v3", "third"), new());

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
        var plans = await Rollouts.PlanAsync([Service with { PinDigest = true }], new Dictionary<string, EcrImage> { ["web"] = await Sandbox.PushAsync("v2", "second") }, default);
        (await Rollouts.RolloutAsync(plans, new(), default)).Single().Rollout.TaskDefinition.ShouldBe("web:2");
        var third = await Sandbox.PushAsync("v3", "third");
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
        var plans = await Rollouts.PlanAsync([pinned], new Dictionary<string, EcrImage> { ["web"] = await Sandbox.PushAsync("v2", "second") }, default);
        await Rollouts.RolloutAsync(plans, new(), default);

        var undone = (await Undo.UndoAsync(await Undo.PlanAsync([pinned], to: null, default), new(), default)).Single().Rollout;

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        (undone.TaskDefinition, undone.RunningDigests.Single()).ShouldBe(("web:1", first));
    }

    [Fact]
    public async Task A_task_definition_is_gone_to_with_the_digest_it_ran_with()
    {
        var first = await WithServiceAsync();
        await RolloutAsync(await Sandbox.PushAsync("v2", "second"), new());

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
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 4 });
        (await RolloutAsync(await Sandbox.PushAsync("v2", "second"), new())).Status.ShouldBe(RolloutStatus.RolledBack);
        Sandbox.Time.Advance(TimeSpan.FromMinutes(2));

        (await PlanAsync()).Problem.ShouldNotBeNull().Message.ShouldContain("rolled back already");
    }

    [Fact]
    public async Task A_rollback_that_fails_is_never_a_success()
    {
        await WithServiceAsync();
        await RolloutAsync(await Sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = "web", Count = null, Delay = TimeSpan.FromSeconds(2), ExitCode = 3 });

        var undone = await UndoAsync();

        undone.Status.ShouldBe(RolloutStatus.Failed, undone.Reason);
        undone.StoppedTasks.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task A_rollback_that_ECS_gives_up_is_never_a_success()
    {
        await WithServiceAsync(breaker: true);
        await RolloutAsync(await Sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = null });

        (await UndoAsync()).Status.ShouldBe(RolloutStatus.Failed);
    }

    [Fact]
    public async Task Without_waiting_a_rollback_is_in_progress_and_can_be_waited_for_by_its_deployment()
    {
        await WithServiceAsync();
        await RolloutAsync(await Sandbox.PushAsync("v2", "second"), new() { NoWait = true });

        var undone = await UndoAsync(options: new() { NoWait = true });
        undone.Status.ShouldBe(RolloutStatus.InProgress);

        (await WaitAsync(undone.DeploymentId, undone.Digest)).Status.ShouldBe(RolloutStatus.Verified);
    }

    [Fact]
    public async Task A_tag_that_cannot_be_put_back_does_not_keep_a_deployment_from_being_stopped()
    {
        var first = await WithServiceAsync();
        await RolloutAsync(await Sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = "ecr", Operation = "PutImage", Count = null });

        var undone = await UndoAsync();

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        undone.RunningDigests.ShouldBe([first]);
        (await TagAsync()).ShouldNotBe(first);
        Observer.Of<Warned>().ShouldContain(one => one.Subject == "web" && one.Message.Contains("The tag latest", StringComparison.Ordinal) && one.Message.Contains("was left where it is", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Images_that_cannot_be_read_do_not_keep_a_deployment_from_being_stopped()
    {
        var first = await WithServiceAsync();
        await RolloutAsync(await Sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        foreach (var operation in new[] { "DescribeImages", "BatchGetImage" })
            Sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Service = "ecr", Operation = operation, Count = null });

        var undone = await UndoAsync();

        undone.Status.ShouldBe(RolloutStatus.Deployed, undone.Reason);
        undone.TaskDefinition.ShouldBe("web:1");
        (await new ServiceReader(Sandbox.Session).ReadAsync([Service], _ => { }, default)).Single().RunningDigests.ShouldBe([first]);
        Changes().ShouldContain("StopServiceDeployment");
        Observer.Of<Warned>().ShouldContain(one => one.Subject == "web" && one.Message.Contains("no tag is put back", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_task_definition_that_was_deregistered_since_is_put_back_as_a_copy()
    {
        var first = await WithServiceAsync();
        var plans = await Rollouts.PlanAsync([Service with { PinDigest = true }], new Dictionary<string, EcrImage> { ["web"] = await Sandbox.PushAsync("v2", "second") }, default);
        (await Rollouts.RolloutAsync(plans, new(), default)).Single().Rollout.TaskDefinition.ShouldBe("web:2");
        await Sandbox.Session.Ecs.DeregisterTaskDefinitionAsync(new("web:1"), default);

        var undone = await UndoAsync();

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        (undone.TaskDefinition, undone.RunningDigests.Single()).ShouldBe(("web:3", first));
    }

    [Fact]
    public async Task A_deployment_that_ends_well_before_it_is_stopped_is_undone_by_deploying_what_ran_before()
    {
        var first = await WithServiceAsync();
        await RolloutAsync(await Sandbox.PushAsync("v2", "second"), new() { NoWait = true });
        var plan = await PlanAsync();
        plan.ServiceDeployment.ShouldNotBeNull();
        Sandbox.Time.Advance(TimeSpan.FromMinutes(2));

        var undone = (await Undo.UndoAsync([plan], new() { Timeout = TimeSpan.FromMinutes(4) }, default)).Single().Rollout;

        undone.Status.ShouldBe(RolloutStatus.Verified, undone.Reason);
        undone.RunningDigests.ShouldBe([first]);
        Changes().ShouldBe(["UpdateService", "StopServiceDeployment", "UpdateService"]);
        (await TagAsync()).ShouldBe(first);
    }
}
