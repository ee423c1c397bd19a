using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class EcsRolloutsTests
{
    private const string Repository = "1.dkr.ecr.eu-west-1.amazonaws.com/web";
    private const string New = "sha256:new";
    private const string Old = "sha256:old";

    private readonly ScriptedAws aws = new();
    private readonly TagsInMemory registry = new TagsInMemory().With(Repository, "latest", Old);
    private readonly RecordingObserver observer = new();
    private readonly JumpingTime time = new();

    public EcsRolloutsTests()
    {
        aws.On("DescribeClusters", """{"clusters":[{"clusterName":"main","status":"ACTIVE"}]}""");
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/1", "COMPLETED")));
        aws.On("DescribeTaskDefinition", _ => TaskDefinition($"{Repository}:latest"));
        aws.On("DescribeLogGroups", """{"logGroups":[{"logGroupName":"/ecs/web"}]}""");
        aws.On("UpdateService", _ => new JsonObject { ["service"] = Service("ecs-svc/2", "IN_PROGRESS", former: "ecs-svc/1") });
        aws.On("ListTasks", request => Text(request, "desiredStatus") == "STOPPED" ? Arns() : Arns("arn:task/new"));
        aws.On("DescribeTasks", _ => Tasks(RunningTask("arn:task/new", New)));
    }

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
    public async Task The_tag_is_moved_before_the_deployment_and_not_by_the_plan()
    {
        var plan = await PlanAsync();
        registry.Put.ShouldBeEmpty();
        plan.ToRollout().Reason.ShouldBe($"Deploys {Words.Digest(New)}, once the tag latest is on it.");
        aws.On("UpdateService", _ =>
        {
            registry.Put.ShouldBe([$"{Repository}:latest={New}"]);
            return new JsonObject { ["service"] = Service("ecs-svc/2", "IN_PROGRESS") };
        });
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED")));

        (await RolloutAsync(plan)).Status.ShouldBe(RolloutStatus.Verified);
    }

    [Fact]
    public async Task A_tag_that_is_on_the_digest_already_is_left_alone()
    {
        registry.With(Repository, "latest", New);
        var plan = await PlanAsync();
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED")));

        (await RolloutAsync(plan)).Status.ShouldBe(RolloutStatus.Verified);
        registry.Put.ShouldBeEmpty();
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
    public async Task The_third_crash_ends_the_wait_with_exit_code_and_log_lines()
    {
        var plan = await PlanAsync();
        var crashes = 0;
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "IN_PROGRESS", failed: ++crashes)));
        aws.On("ListTasks", _ => Arns([.. Enumerable.Range(1, crashes).Select(i => $"arn:aws:ecs:eu-west-1:1:task/main/t{i}")]));
        aws.On("DescribeTasks", request => Tasks([.. request["tasks"]!.AsArray().Select(arn => StoppedTask((string)arn!))]));
        aws.On("GetLogEvents", """{"events":[{"message":"panic: no database\n"}],"nextForwardToken":"f","nextBackwardToken":"b"}""");

        var rollout = await RolloutAsync(plan);

        rollout.Status.ShouldBe(RolloutStatus.Failed);
        rollout.StoppedTasks.Count.ShouldBe(3);
        rollout.StoppedTasks[0].ExitCode.ShouldBe(1);
        rollout.StoppedTasks[0].LogLines.ShouldBe(["panic: no database"]);
        aws.RequestsOf("GetLogEvents").First()["limit"]!.GetValue<int>().ShouldBe(20);
        var error = Outcomes.ErrorOf(rollout)!.Message;
        error.ShouldContain("exited with 1: EssentialContainerExited");
        error.ShouldEndWith($"The last lines of container app, task t3:{Environment.NewLine}  panic: no database");
        crashes.ShouldBe(3); // judged by the very look that showed the third
        observer.Of<TaskStopped>().Select(told => told.Task.TaskArn).ShouldBeUnique();
        aws.RequestsOf("GetLogEvents").First()["logStreamName"]!.GetValue<string>().ShouldBe("ecs/app/t1");
        aws.RequestsOf("ListTasks").First().ContainsKey("startedBy").ShouldBeFalse(); // it must be the only filter
        aws.RequestsOf("ListTasks").First()["serviceName"]!.GetValue<string>().ShouldBe("web");
    }

    [Fact]
    public async Task Crashes_of_another_deployment_are_not_this_one_s_and_are_described_once()
    {
        var plan = await PlanAsync();
        var looks = 0;
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "IN_PROGRESS", events: [$"event {++looks}"])));
        aws.On("ListTasks", _ => Arns([.. Enumerable.Range(1, 5).Select(i => $"arn:aws:ecs:eu-west-1:1:task/main/t{i}")]));
        aws.On("DescribeTasks", request => Tasks([.. request["tasks"]!.AsArray().Select(arn => StoppedTask((string)arn!, startedBy: "ecs-svc/1"))]));

        var rollout = await RolloutAsync(plan, new() { Timeout = TimeSpan.FromMinutes(1) });

        rollout.Status.ShouldBe(RolloutStatus.TimedOut);
        rollout.StoppedTasks.ShouldBeEmpty();
        aws.RequestsOf("ListTasks").Count().ShouldBeGreaterThan(2);
        aws.RequestsOf("DescribeTasks").Count().ShouldBe(1);
    }

    [Fact]
    public async Task While_nothing_happens_no_tasks_are_listed()
    {
        var plan = await PlanAsync();
        var looks = 0;
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "IN_PROGRESS", former: "ecs-svc/1")));
        time.OnWait = _ => looks++;

        await RolloutAsync(plan, new() { Timeout = TimeSpan.FromMinutes(5) });

        looks.ShouldBeGreaterThan(50);
        aws.Operations.ShouldNotContain("ListTasks");
    }

    [Fact]
    public async Task While_nothing_moves_the_wait_between_looks_stays_within_five_seconds()
    {
        var plan = await PlanAsync();
        var waits = new List<TimeSpan>();
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "IN_PROGRESS")));
        time.OnWait = waits.Add;

        var rollout = await RolloutAsync(plan, new() { Timeout = TimeSpan.FromMinutes(5) });

        waits[0].ShouldBe(TimeSpan.FromSeconds(2));
        waits.Max().ShouldBeLessThan(TimeSpan.FromSeconds(5));
        rollout.Status.ShouldBe(RolloutStatus.TimedOut);
        rollout.Reason!.ShouldContain("Deployment ecs-svc/2 of web goes on.");
        rollout.Duration.ShouldBe(TimeSpan.FromMinutes(5), tolerance: TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Throttling_during_the_wait_is_waited_out()
    {
        var plan = await PlanAsync();
        LooksInTurn(() => throw ScriptedAws.Error("ThrottlingException"), () => throw ScriptedAws.Error("ServerException", status: System.Net.HttpStatusCode.InternalServerError),
            () => throw ScriptedAws.Error("ConnectionLost", status: null), () => throw ScriptedAws.Unreadable(), () => Services(Service("ecs-svc/2", "COMPLETED")));

        (await RolloutAsync(plan)).Status.ShouldBe(RolloutStatus.Verified);
    }

    [Fact]
    public async Task Credentials_that_expire_end_the_wait_and_say_that_the_deployment_goes_on()
    {
        var plan = await PlanAsync();
        OnLook(_ => throw ScriptedAws.Error("ExpiredTokenException"));

        var result = await ResultAsync(plan);
        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Rollout.Reason!.ShouldContain("ecs-svc/2 of web goes on");
        result.Error.ShouldBeOfType<AwsServiceException>().Code.ShouldBe("ExpiredTokenException");
    }

    [Fact]
    public async Task Credentials_that_cannot_be_renewed_end_the_wait_and_say_that_the_deployment_goes_on()
    {
        var plan = await PlanAsync();
        aws.InTurn(
            "DescribeServices",
            () => Services(Service("ecs-svc/2", "IN_PROGRESS")),
            () => throw ReleaseException.For(nameof(Messages.AwsSsoTokenExpired), ErrorKind.Authentication, "profile x", "profile x", "x")); // the provider's, not ECS's

        var result = await ResultAsync(plan);

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Rollout.Reason!.ShouldContain("ecs-svc/2 of web goes on");
        result.Error!.Id.ShouldBe(nameof(Messages.AwsSsoTokenExpired));
    }

    [Fact]
    public async Task A_task_definition_that_may_not_be_read_during_the_wait_hides_nothing_but_the_log()
    {
        var plan = await PlanAsync();
        aws.On("DescribeTaskDefinition", _ => throw ScriptedAws.Error("AccessDeniedException"));
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "IN_PROGRESS", failed: 3)));
        aws.On("ListTasks", _ => Arns("arn:task/a", "arn:task/b", "arn:task/c"));
        aws.On("DescribeTasks", request => Tasks([.. request["tasks"]!.AsArray().Select(arn => StoppedTask((string)arn!))]));

        var result = await ResultAsync(plan);

        (result.Error, result.Rollout.Status, result.Rollout.StoppedTasks.Count).ShouldBe((null, RolloutStatus.Failed, 3));
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
    public async Task Tasks_that_are_gone_since_the_deployment_completed_prove_nothing()
    {
        var plan = await PlanAsync();
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED"))).On("ListTasks", _ => Arns());

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

    [Fact]
    public async Task What_became_of_a_service_is_told_while_others_are_still_waited_for()
    {
        aws.On("DescribeServices", request => Services([.. request["services"]!.AsArray().Select(name => Service("ecs-svc/2", "COMPLETED", name: (string)name!))]));
        var plans = await Rollouts.PlanAsync([new() { Service = "web", Cluster = "main" }, new() { Service = "slow", Cluster = "main" }], new Dictionary<string, EcrImage>(), default);
        aws.On("UpdateService", request => new JsonObject { ["service"] = Service("ecs-svc/3", "IN_PROGRESS", name: Text(request, "service")!) });
        var looks = 0;
        OnLook(request =>
        {
            if (++looks == 2)
                observer.Of<RolloutEnded>().Single().Rollout.ShouldSatisfyAllConditions(rollout => rollout.Service.ShouldBe("web"), rollout => rollout.Status.ShouldBe(RolloutStatus.Failed));
            return Services([.. request["services"]!.AsArray().Select(name => Service("ecs-svc/3", (string)name! == "web" ? "FAILED" : looks < 3 ? "IN_PROGRESS" : "COMPLETED", name: (string)name!))]);
        }, deployments: 2);

        var ended = await Rollouts.RolloutAsync(plans, new(), default);

        ended.Select(one => one.Rollout.Status).ShouldBe([RolloutStatus.Failed, RolloutStatus.Deployed]);
        looks.ShouldBe(3);
    }

    [Fact]
    public async Task A_stop_by_the_user_ends_the_wait_and_says_that_the_deployment_goes_on()
    {
        var plan = await PlanAsync();
        using var stop = new CancellationTokenSource();
        OnLook(_ =>
        {
            stop.Cancel();
            return Services(Service("ecs-svc/2", "IN_PROGRESS"));
        });

        await Should.ThrowAsync<OperationCanceledException>(() => Rollouts.RolloutAsync([plan], new(), stop.Token));
        var said = observer.Of<LeftRunning>().Single().Message;
        said.ShouldContain("aws ecs describe-services --cluster main --services web");
        said.ShouldContain("Wait-EcsRollout web -Cluster main");
        said.ShouldContain("Restore-EcsService web -Cluster main");
    }

    [Fact]
    public async Task Service_events_are_told_once_and_only_those_since_the_start()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ => new JsonObject { ["service"] = Service("ecs-svc/2", "IN_PROGRESS", events: ["before"]) });
        LooksInTurn(
            () => Services(Service("ecs-svc/2", "IN_PROGRESS", events: ["before", "first"])), () => Services(Service("ecs-svc/2", "IN_PROGRESS", events: ["before", "first", "second"])),
            () => Services(Service("ecs-svc/2", "COMPLETED", events: ["before", "first", "second"])));

        await RolloutAsync(plan);
        observer.Of<ServiceSaid>().Select(said => said.Message).ShouldBe(["first", "second"]);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 1)]
    [InlineData(11, 2)]
    [InlineData(100, 10)]
    public async Task A_look_at_N_services_is_one_call_for_every_ten(int services, int calls)
    {
        var names = Enumerable.Range(1, services).Select(i => $"s{i}").ToList();
        aws.On("DescribeServices", request => Services([.. request["services"]!.AsArray().Select(name => Service("ecs-svc/1", "COMPLETED", name: (string)name!))]));
        aws.On("UpdateService", request => new JsonObject { ["service"] = Service("ecs-svc/2", "IN_PROGRESS", name: Text(request, "service")!) });
        aws.On("ListTasks", request => Arns($"arn:task/{Text(request, "serviceName")}"));
        aws.On("DescribeTasks", request => Tasks([.. request["tasks"]!.AsArray().Select(arn => RunningTask((string)arn!, New))]));
        var plans = await Rollouts.PlanAsync([.. names.Select(name => new ReleaseService { Service = name, Cluster = "main" })], names.ToDictionary(name => name, _ => Image()), default);
        aws.On("DescribeServices", request => Services([.. request["services"]!.AsArray().Select(name => Service("ecs-svc/2", "COMPLETED", name: (string)name!))]));
        aws.Calls.Clear();

        var rollouts = await Rollouts.RolloutAsync(plans, new(), default);

        rollouts.Select(result => result.Rollout.Service).ShouldBe(names);
        rollouts.ShouldAllBe(result => result.Rollout.Status == RolloutStatus.Verified);
        aws.Operations.Count(operation => operation == "DescribeServices").ShouldBe(services + calls); // and one of each right before its deployment
    }

    [Fact]
    public async Task A_service_that_cannot_be_rolled_out_fails_alone()
    {
        aws.On("DescribeServices", request => Services([.. request["services"]!.AsArray().Where(name => (string)name! == "web").Select(_ => Service("ecs-svc/2", "COMPLETED"))]));
        var plans = await Rollouts.PlanAsync(
            [new() { Service = "gone", Cluster = "main" }, new() { Service = "web", Cluster = "main" }], new Dictionary<string, EcrImage> { ["web"] = Image() }, default);

        plans[0].Problem!.Id.ShouldBe(nameof(Messages.ServiceNotFound));
        var rollouts = await Rollouts.RolloutAsync(plans, new(), default);
        rollouts.Select(result => result.Rollout.Status).ShouldBe([RolloutStatus.Failed, RolloutStatus.Verified]);
        rollouts[0].Rollout.Reason!.ShouldContain("no ECS service 'gone'");
        rollouts[0].Error!.Id.ShouldBe(nameof(Messages.ServiceNotFound));
    }

    [Fact]
    public async Task A_cluster_that_is_not_there_is_an_error()
    {
        aws.On("DescribeClusters", """{"clusters":[],"failures":[{"arn":"main","reason":"MISSING"}]}""");
        (await Should.ThrowAsync<ReleaseException>(PlanAsync)).Id.ShouldBe(nameof(Messages.ClusterNotFound));
    }

    [Theory]
    [InlineData("DRAINING", "ECS", nameof(Messages.ServiceNotActive))]
    [InlineData("INACTIVE", "ECS", nameof(Messages.ServiceNotActive))]
    [InlineData("ACTIVE", "CODE_DEPLOY", nameof(Messages.ServiceControllerNotEcs))]
    [InlineData("ACTIVE", "EXTERNAL", nameof(Messages.ServiceControllerNotEcs))]
    public async Task What_stands_in_the_way_is_found_before_anything_changes(string status, string controller, string id)
    {
        var service = Service("ecs-svc/1", "COMPLETED");
        service["status"] = status;
        service["deploymentController"] = new JsonObject { ["type"] = controller };
        aws.On("DescribeServices", _ => Services(service.DeepClone().AsObject()));

        var plan = await PlanAsync();
        plan.Problem!.Id.ShouldBe(id);
        (await RolloutAsync(plan)).Status.ShouldBe(RolloutStatus.Failed);
        aws.Operations.ShouldNotContain("UpdateService");
    }

    [Fact]
    public async Task A_task_definition_that_pins_another_digest_is_an_error()
    {
        aws.On("DescribeTaskDefinition", _ => TaskDefinition($"{Repository}@{Old}"));
        (await PlanAsync()).Problem!.Id.ShouldBe(nameof(Messages.TaskDefinitionPinsDigest));
    }

    [Fact]
    public async Task A_task_definition_that_runs_other_repositories_is_an_error_that_names_them()
    {
        aws.On("DescribeTaskDefinition", _ => TaskDefinition("nginx:1.27"));
        var problem = (await PlanAsync()).Problem!;
        problem.Id.ShouldBe(nameof(Messages.TaskDefinitionImageNotMatched));
        problem.Message.ShouldContain("nginx:1.27");
    }

    [Fact]
    public async Task A_service_is_read_with_what_its_tasks_run()
    {
        var service = (await new ServiceReader(aws.Session).ReadAsync([new() { Service = "web", Cluster = "main", Repository = Repository }], missing => throw missing, default)).Single();
        (service.Status, service.TaskDefinition, service.TaskImage, service.DesiredCount).ShouldBe(("ACTIVE", "web:7", $"{Repository}:latest", 1));
        service.RunningDigests.ShouldBe([New]);
    }

    [Fact]
    public async Task A_deployment_whose_answer_was_lost_is_found_and_not_asked_for_twice()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ => throw ScriptedAws.Error("ConnectionLost", status: null));
        aws.InTurn("DescribeServices", () => Services(Service("ecs-svc/1", "COMPLETED")), () => Services(Service("ecs-svc/2", "COMPLETED")));

        var rollout = await RolloutAsync(plan);

        (rollout.Status, rollout.DeploymentId).ShouldBe((RolloutStatus.Verified, "ecs-svc/2"));
        aws.RequestsOf("UpdateService").Count().ShouldBe(1);
    }

    [Fact]
    public async Task What_somebody_else_deployed_since_the_plan_is_not_taken_for_the_deployment_whose_answer_was_lost()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ => throw ScriptedAws.Error("ConnectionLost", status: null));
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/9", "IN_PROGRESS", former: "ecs-svc/1")));

        (await ResultAsync(plan)).Error!.Id.ShouldBe(nameof(Messages.DeploymentNotFound));
    }

    [Fact]
    public async Task A_lost_answer_without_a_new_deployment_is_an_error_and_the_tag_stays_where_the_deployment_would_need_it()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ => throw ScriptedAws.Error("ServerException", status: System.Net.HttpStatusCode.InternalServerError));

        var result = await ResultAsync(plan);

        result.Error!.Id.ShouldBe(nameof(Messages.DeploymentNotFound));
        result.Error.InnerException.ShouldBeOfType<AwsServiceException>();
        registry.DigestOf(Repository, "latest").ShouldBe(New);
        aws.RequestsOf("UpdateService").Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_stop_between_the_request_and_its_answer_says_that_a_deployment_may_have_begun()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ => throw new OperationCanceledException());

        await Should.ThrowAsync<OperationCanceledException>(() => Rollouts.RolloutAsync([plan], new(), default));
        observer.Of<Announced>().Single().Message.ShouldContain("may have begun");
    }

    [Fact]
    public async Task A_refused_deployment_keeps_its_error_and_its_tag_goes_back()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ => throw ScriptedAws.Error("AccessDeniedException"));

        var result = await ResultAsync(plan);

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Error.ShouldBeOfType<AwsServiceException>().Code.ShouldBe("AccessDeniedException");
        registry.DigestOf(Repository, "latest").ShouldBe(Old);
    }

    [Fact]
    public async Task A_tag_that_another_services_deployment_needs_does_not_go_back()
    {
        aws.On("DescribeServices", request => Services([.. request["services"]!.AsArray().Select(name => Service("ecs-svc/1", "COMPLETED", name: (string)name!))]));
        var images = new Dictionary<string, EcrImage> { ["refused"] = Image(), ["web"] = Image() };
        var plans = await Rollouts.PlanAsync([new() { Service = "refused", Cluster = "main" }, new() { Service = "web", Cluster = "main" }], images, default);
        aws.On("UpdateService", request => Text(request, "service") == "refused"
            ? throw ScriptedAws.Error("AccessDeniedException")
            : new JsonObject { ["service"] = Service("ecs-svc/2", "IN_PROGRESS") });
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED")));

        var results = await Rollouts.RolloutAsync(plans, new() { ThrottleLimit = 1 }, default);

        results.Select(result => result.Rollout.Status).ShouldBe([RolloutStatus.Failed, RolloutStatus.Verified]);
        registry.DigestOf(Repository, "latest").ShouldBe(New);
    }

    [Fact]
    public async Task A_rollback_says_what_the_tag_names_now()
    {
        var plan = await PlanAsync();
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/3", "COMPLETED", reason: "ECS deployment circuit breaker: rolling back to deploymentId: ecs-svc/1.")));

        (await RolloutAsync(plan)).Reason!.ShouldContain($"The tag latest of {Repository} names {Words.Digest(New)} now; before it named {Words.Digest(Old)}.");
    }

    [Fact]
    public async Task A_refused_read_ends_only_the_services_that_are_not_done()
    {
        aws.On("DescribeServices", request => Services([.. request["services"]!.AsArray().Select(name => Service("ecs-svc/1", "COMPLETED", name: (string)name!))]));
        aws.On("UpdateService", request => new JsonObject { ["service"] = Service("ecs-svc/2", "IN_PROGRESS", name: Text(request, "service")!) });
        var plans = await Rollouts.PlanAsync(
            [new() { Service = "other", Cluster = "main" }, new() { Service = "web", Cluster = "main" }],
            new Dictionary<string, EcrImage> { ["other"] = Image(), ["web"] = Image() }, default);
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED", name: "other"), Service("ecs-svc/2", "COMPLETED")));
        aws.On("ListTasks", request => Text(request, "serviceName") == "web" ? throw ScriptedAws.Error("AccessDeniedException", "no ecs:ListTasks") : Arns("arn:task/new"));

        var results = await Rollouts.RolloutAsync(plans, new(), default);

        results.Select(result => result.Rollout.Status).ShouldBe([RolloutStatus.Verified, RolloutStatus.Failed]);
        results[1].Rollout.Reason!.ShouldContain("no ecs:ListTasks");
        results[1].Rollout.Reason!.ShouldContain("goes on");
    }

    [Fact]
    public async Task A_tag_that_cannot_be_moved_is_found_by_the_plan()
    {
        var plans = await new EcsRollouts(aws.Session, new TagsInMemory { Immutable = true }.With(Repository, "latest", Old), observer, time)
            .PlanAsync([new() { Service = "web", Cluster = "main" }], new Dictionary<string, EcrImage> { ["web"] = Image() }, default);

        plans.Single().Problem!.Id.ShouldBe(nameof(Messages.TagToDeployImmutable));
        plans.Single().Problem!.RecommendedAction.ShouldContain("Name the release tag in the task definition");
    }

    [Fact]
    public async Task A_service_named_by_its_arn_is_found_and_followed()
    {
        const string arn = "arn:aws:ecs:eu-west-1:1:service/main/web";
        var plan = (await Rollouts.PlanAsync([new() { Service = arn, Cluster = "main" }], new Dictionary<string, EcrImage> { [arn] = Image() }, default)).Single();
        plan.Problem.ShouldBeNull();
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED")));

        var rollout = await RolloutAsync(plan);
        (rollout.Status, rollout.Service).ShouldBe((RolloutStatus.Verified, arn));
    }

    [Theory]
    [InlineData(200, RolloutStatus.Verified)]
    [InlineData(302, RolloutStatus.Verified)]
    [InlineData(503, RolloutStatus.Failed)]
    public async Task A_verified_service_must_answer_at_its_url(int status, RolloutStatus expected)
    {
        using var web = new Web(() => status);
        var rollout = await RolloutWithUrlAsync(web);

        rollout.Status.ShouldBe(expected, rollout.Reason);
        rollout.Reason!.ShouldContain("https://web.example/health");
        web.Asked.ShouldAllBe(url => url == "https://web.example/health");
    }

    [Fact]
    public async Task A_url_that_comes_to_answer_in_time_is_waited_for()
    {
        var asked = 0;
        using var web = new Web(() => ++asked < 4 ? throw new HttpRequestException("Connection refused") : 200);

        (await RolloutWithUrlAsync(web)).Status.ShouldBe(RolloutStatus.Verified);
        asked.ShouldBe(4);
    }

    [Fact]
    public async Task A_url_s_secrets_are_not_repeated()
    {
        using var web = new Web(() => 500);

        var rollout = await RolloutWithUrlAsync(web, "https://ops:hunter2@web.example/health?token=hunter3");

        rollout.Reason!.ShouldContain("https://web.example/health did not answer");
        (rollout.Reason + string.Join('\n', observer.Of<ReleaseEvent>())).ShouldNotContain("hunter");
    }

    [Theory]
    [InlineData("web.example/health")]
    [InlineData("ftp://web.example/health")]
    public async Task What_is_no_url_of_the_web_fails_the_rollout_and_breaks_nothing(string url)
    {
        using var handler = new SocketsHttpHandler();
        (await RolloutWithUrlAsync(handler, url)).Status.ShouldBe(RolloutStatus.Failed);
    }

    private async Task<ServiceRollout> RolloutWithUrlAsync(HttpMessageHandler web, string url = "https://web.example/health")
    {
        var rollouts = new EcsRollouts(aws.Session, registry, observer, time, web);
        var service = new ReleaseService { Service = "web", Cluster = "main", VerifyUrl = url };
        var plans = await rollouts.PlanAsync([service], new Dictionary<string, EcrImage> { ["web"] = Image() }, default);
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED")));
        return (await rollouts.RolloutAsync(plans, new(), default)).Single().Rollout;
    }

    private sealed class Web(Func<int> answer) : HttpMessageHandler
    {
        public List<string> Asked { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.ToString());
            return Task.FromResult(new HttpResponseMessage((System.Net.HttpStatusCode)answer()));
        }
    }

    private EcsRollouts Rollouts => new(aws.Session, registry, observer, time);

    private static EcrImage Image() => new() { Name = "web", Repository = Repository, Tag = "4f2c9e1", Digest = New };

    private async Task<RolloutPlan> PlanAsync() =>
        (await Rollouts.PlanAsync([new() { Service = "web", Cluster = "main" }], new Dictionary<string, EcrImage> { ["web"] = Image() }, default)).Single();

    private async Task<ServiceRollout> RolloutAsync(RolloutPlan plan, RolloutOptions? options = null) => (await ResultAsync(plan, options)).Rollout;

    private async Task<RolloutResult> ResultAsync(RolloutPlan plan, RolloutOptions? options = null) =>
        (await Rollouts.RolloutAsync([plan], options ?? new(), default)).Single();

    // What the watcher sees; right before its deployment a service is read as it was.
    private void OnLook(Func<JsonObject, JsonNode> look, int deployments = 1) =>
        aws.On("DescribeServices", request => aws.RequestsOf("UpdateService").Count() >= deployments ? look(request) : Services(Service("ecs-svc/1", "COMPLETED")));

    private void LooksInTurn(params Func<JsonNode>[] turns)
    {
        var next = 0;
        OnLook(_ => turns[Math.Min(next++, turns.Length - 1)]());
    }

    private static string? Text(JsonObject request, string member) => (string?)request[member];

    private static JsonObject Services(params JsonObject[] services) => new() { ["services"] = new JsonArray([.. services]), ["failures"] = new JsonArray() };

    private static JsonObject Service(string primary, string state, string? former = null, int failed = 0, string? reason = null, string[]? events = null, string name = "web")
    {
        var deployments = new JsonArray(Deployment(primary, "PRIMARY", state, failed, reason));
        if (former is not null)
            deployments.Add(Deployment(former, "ACTIVE", "COMPLETED", 0, null));
        return new()
        {
            ["serviceName"] = name, ["status"] = "ACTIVE", ["desiredCount"] = 1, ["runningCount"] = 1, ["taskDefinition"] = "arn:aws:ecs:eu-west-1:1:task-definition/web:7",
            ["deployments"] = deployments,
            ["events"] = new JsonArray([.. (events ?? []).Reverse().Select(said => new JsonObject { ["id"] = said, ["createdAt"] = 1.5, ["message"] = said })]),
        };
    }

    private static JsonObject Deployment(string id, string status, string state, int failed, string? reason) => new()
    {
        ["id"] = id, ["status"] = status, ["rolloutState"] = state, ["rolloutStateReason"] = reason, ["desiredCount"] = 1, ["runningCount"] = 1, ["failedTasks"] = failed,
        ["taskDefinition"] = "arn:aws:ecs:eu-west-1:1:task-definition/web:7",
    };

    private static JsonObject TaskDefinition(string image) => JsonNode.Parse($$$$"""
        {"taskDefinition":{"family":"web","revision":7,"containerDefinitions":[{"name":"app","image":"{{{{image}}}}","essential":true,
          "logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/web","awslogs-stream-prefix":"ecs"}}}]}}
        """)!.AsObject();

    private static JsonObject Arns(params string[] arns) => new() { ["taskArns"] = new JsonArray([.. arns.Select(arn => JsonValue.Create(arn))]) };

    private static JsonObject Tasks(params JsonObject[] tasks) => new() { ["tasks"] = new JsonArray([.. tasks]) };

    private static JsonObject RunningTask(string arn, string digest) => JsonNode.Parse($$"""
        {"taskArn":"{{arn}}","lastStatus":"RUNNING","desiredStatus":"RUNNING","startedBy":"ecs-svc/2","containers":[{"name":"app","imageDigest":"{{digest}}"}]}
        """)!.AsObject();

    private static JsonObject StoppedTask(string arn, string startedBy = "ecs-svc/2") => JsonNode.Parse($$"""
        {"taskArn":"{{arn}}","taskDefinitionArn":"web:7","lastStatus":"STOPPED","desiredStatus":"STOPPED","startedBy":"{{startedBy}}","stopCode":"EssentialContainerExited",
         "stoppedReason":"Essential container in task exited","containers":[{"name":"app","exitCode":1}]}
        """)!.AsObject();
}
