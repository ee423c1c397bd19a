using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Undo;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class RolloutOutcomesTests : ScriptedRollouts
{
    [Fact]
    public async Task A_completed_deployment_whose_tasks_run_the_pushed_digest_is_verified()
    {
        var plan = await PlanAsync();
        LooksInTurn(() => Services(Service("ecs-svc/2", "IN_PROGRESS", former: "ecs-svc/1")), () => Services(Service("ecs-svc/2", "COMPLETED")));

        var rollout = await RolloutAsync(plan);

        rollout.Status.ShouldBe(RolloutStatus.Verified, rollout.Reason);
        rollout.DeploymentId.ShouldBe("ecs-svc/2");
        rollout.RunningDigests.ShouldBe([New]);
        rollout.Duration.ShouldBeGreaterThan(TimeSpan.Zero);
        aws.RequestsOf("UpdateService").Single().ToJsonString().ShouldBe("""{"cluster":"main","service":"web","forceNewDeployment":true}""");
    }

    [Fact]
    public async Task A_task_that_goes_on_running_another_digest_is_a_mismatch_and_not_a_success()
    {
        var plan = await PlanAsync();
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED"))).On("DescribeTasks", _ => Tasks(RunningTask("arn:task/new", Old)));

        var rollout = await RolloutAsync(plan);

        rollout.Status.ShouldBe(RolloutStatus.Mismatch);
        rollout.RunningDigests.ShouldBe([Old]);
    }

    [Fact]
    public async Task A_rollback_is_not_a_success_although_the_service_is_stable_again()
    {
        var plan = await PlanAsync();
        LooksInTurn(
            () => Services(Service("ecs-svc/2", "IN_PROGRESS", former: "ecs-svc/1")),
            () => Services(Service("ecs-svc/3", "COMPLETED", reason: "ECS deployment circuit breaker: rolling back to deploymentId: ecs-svc/1.")));

        (await RolloutAsync(plan)).Status.ShouldBe(RolloutStatus.RolledBack);
    }

    [Fact]
    public async Task Tasks_that_autoscaling_wants_since_the_deployment_completed_are_no_mismatch()
    {
        var plan = await PlanAsync();
        var scaled = Service("ecs-svc/2", "COMPLETED");
        scaled["desiredCount"] = 10;
        LooksInTurn(() => Services(Service("ecs-svc/2", "IN_PROGRESS")), () => Services(scaled.DeepClone().AsObject()));

        var rollout = await RolloutAsync(plan);

        (rollout.Status, rollout.DesiredCount, rollout.RunningCount).ShouldBe((RolloutStatus.Verified, 10, 1), rollout.Reason);
    }

    [Fact]
    public async Task A_task_that_stopped_since_the_deployment_completed_is_waited_for_while_ECS_replaces_it()
    {
        var plan = await PlanAsync();
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED")));
        aws.On("ListTasks", request => Text(request, "desiredStatus") == "STOPPED" || time.Passed < TimeSpan.FromSeconds(90) ? Arns() : Arns("arn:task/new"));

        (await RolloutAsync(plan)).Status.ShouldBe(RolloutStatus.Verified);
    }

    [Fact]
    public async Task Tasks_that_do_not_come_back_are_not_over_in_time_and_no_reason_to_undo_what_completed()
    {
        var plan = await PlanAsync();
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED"))).On("ListTasks", _ => Arns());

        var result = await ResultAsync(plan, new() { Timeout = TimeSpan.FromMinutes(2) });
        result.Rollout.Status.ShouldBe(RolloutStatus.TimedOut);
        result.Rollout.Reason!.ShouldStartWith("The deployment completed, but 0 of 1 tasks run.");

        var undo = new RollbackOnFailure(aws.Session, registry, observer, time, Rollouts);
        (await undo.RolloutAsync([plan], new(), _ => Task.FromResult<IReadOnlyList<Engine.Rollouts.RolloutResult>>([result]), default)).Single().ShouldBe(result);
        aws.RequestsOf("UpdateService").Count().ShouldBe(1);
    }

    [Fact]
    public async Task Failures_that_the_breaker_tolerated_before_COMPLETED_are_not_held_against_the_tasks_that_are_missing_since()
    {
        var plan = await PlanAsync();
        LooksInTurn(
            () => Services(WithBreaker("IN_PROGRESS", failed: 1)), () => Services(WithBreaker("IN_PROGRESS", failed: 2)), () => Services(WithBreaker("IN_PROGRESS", failed: 0)),
            () => Services(WithBreaker("COMPLETED", failed: 0, desired: 2)));
        aws.On("ListTasks", request => Text(request, "desiredStatus") == "STOPPED" ? Arns("arn:task/a", "arn:task/b", "arn:task/c") : Arns("arn:task/new"));
        aws.On("DescribeTasks", request => Tasks([.. request["tasks"]!.AsArray().Select(arn => (string)arn! == "arn:task/new" ? RunningTask("arn:task/new", New) : StoppedTask((string)arn!, stopCode: "TaskFailedToStart"))]));
        aws.On("GetLogEvents", _ => throw ScriptedAws.Error("ResourceNotFoundException"));

        var rollout = await RolloutAsync(plan);

        (rollout.Status, rollout.DesiredCount, rollout.RunningCount).ShouldBe((RolloutStatus.Verified, 2, 1), rollout.Reason);
        rollout.StoppedTasks.Count.ShouldBe(3);
    }

    [Theory]
    [InlineData(9, RolloutStatus.Verified)]
    [InlineData(11, RolloutStatus.Failed)]
    public async Task What_stopped_before_ECS_says_that_the_deployment_completed_is_told_from_what_stopped_after_it_however_late_it_is_listed(double stoppingAt, RolloutStatus status)
    {
        const string completed = "(service web) (deployment ecs-svc/2) deployment completed.";
        var plan = await PlanAsync();
        var looks = 0;
        JsonObject Look()
        {
            var one = Service("ecs-svc/2", "COMPLETED", events: looks > 2 ? [completed, "late"] : [completed]);
            (one["desiredCount"], one["events"]!.AsArray()[^1]!["createdAt"]) = (2, 10.0);
            return one;
        }

        LooksInTurn(() => Services(Service("ecs-svc/2", "IN_PROGRESS")), () => Services(Look()));
        time.OnWait = _ => looks++;
        aws.On("ListTasks", request => Text(request, "desiredStatus") == "STOPPED" ? Arns("arn:task/a", "arn:task/b", "arn:task/c") : Arns("arn:task/new"));
        aws.On("DescribeTasks", request => Tasks([.. request["tasks"]!.AsArray().Select(arn => (string)arn! == "arn:task/new" ? RunningTask("arn:task/new", New) : Stopping((string)arn!))]));
        aws.On("GetLogEvents", """{"events":[{"message":"no database"}]}""");

        (await RolloutAsync(plan)).Status.ShouldBe(status);

        JsonObject Stopping(string arn)
        {
            var task = StoppedTask(arn);
            (task["stoppingAt"], task["stoppedAt"]) = (stoppingAt, 60.0); // its target drained since
            return task;
        }
    }

    [Fact]
    public async Task Crashes_after_the_deployment_completed_are_its_fault()
    {
        var plan = await PlanAsync();
        var crashes = 0;
        OnLook(_ => Services(Service("ecs-svc/2", "COMPLETED", events: [$"crash {++crashes}"])));
        aws.On("ListTasks", request => Text(request, "desiredStatus") == "STOPPED" ? Arns([.. Enumerable.Range(1, crashes).Select(i => $"arn:task/{i}")]) : Arns());
        aws.On("DescribeTasks", request => Tasks([.. request["tasks"]!.AsArray().Select(arn => StoppedTask((string)arn!))])).On("GetLogEvents", """{"events":[{"message":"no database"}]}""");

        var rollout = await RolloutAsync(plan);

        rollout.Status.ShouldBe(RolloutStatus.Failed);
        rollout.Reason!.ShouldStartWith("3 tasks of the deployment stopped by its fault since it completed.");
        Outcomes.ErrorOf(rollout)!.RecommendedAction.ShouldContain("Restore-EcsService web -Cluster main");
    }

    [Fact]
    public async Task A_digest_that_ECS_never_tells_is_warned_of_and_proves_nothing()
    {
        var plan = await PlanAsync();
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED"))).On("DescribeTasks", _ => Tasks(RunningTask("arn:task/new", "")));

        (await RolloutAsync(plan)).Status.ShouldBe(RolloutStatus.Deployed);
        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("does not tell the digest");
    }

    [Fact]
    public async Task Another_container_of_the_tag_that_runs_another_digest_is_a_mismatch()
    {
        aws.On("DescribeTaskDefinition", $$$"""
            {"taskDefinition":{"family":"web","revision":7,"containerDefinitions":[{"name":"app","image":"{{{Repository}}}:latest"},{"name":"worker","image":"{{{Repository}}}"},{"name":"log","image":"fluent-bit:3"}]}}
            """);
        var plan = await PlanAsync();
        plan.ContainersOfImage.ShouldBe(["app", "worker"]);
        var task = RunningTask("arn:task/new", New);
        task["containers"]!.AsArray().Add(new JsonObject { ["name"] = "worker", ["imageDigest"] = Old });
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED"))).On("DescribeTasks", _ => Tasks(task.DeepClone().AsObject()));

        (await RolloutAsync(plan)).Status.ShouldBe(RolloutStatus.Mismatch);
    }

    [Fact]
    public async Task A_deployment_whose_tasks_find_no_capacity_is_Stalled_and_said_once_while_it_lasts()
    {
        var plan = await PlanAsync();
        var looks = 0;
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "IN_PROGRESS", events: [.. Enumerable.Range(0, ++looks / 10).Select(i => $"(service web) was unable to place a task. #{i}")])));

        var rollout = await RolloutAsync(plan, new() { Timeout = TimeSpan.FromMinutes(5) });

        rollout.Status.ShouldBe(RolloutStatus.Stalled);
        rollout.Reason!.ShouldContain("There is no capacity for its tasks. ECS says: (service web) was unable to place a task.");
        rollout.Reason!.ShouldContain("ecs-svc/2 of web goes on");
        observer.Of<Warned>().Count(warned => warned.Message.StartsWith("there is no capacity", StringComparison.Ordinal)).ShouldBe(1);
        Outcomes.ErrorOf(rollout)!.Kind.ShouldBe(ErrorKind.Timeout);
    }

    private static JsonObject WithBreaker(string state, int failed, int desired = 1)
    {
        var one = Service("ecs-svc/2", state, failed: failed);
        one["desiredCount"] = desired;
        one["deploymentConfiguration"] = JsonNode.Parse("""{"deploymentCircuitBreaker":{"enable":true,"rollback":true}}""");
        return one;
    }
}
