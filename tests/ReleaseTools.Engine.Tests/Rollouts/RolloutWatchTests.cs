using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class RolloutWatchTests : ScriptedRollouts
{
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

        var clock = new IdleTime();
        var ended = clock.Run(() => new EcsRollouts(aws.Session, registry, observer, clock).RolloutAsync(plans, new(), default));

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

        var clock = new IdleTime();
        var results = clock.Run(() => new EcsRollouts(aws.Session, registry, observer, clock).RolloutAsync(plans, new(), default));

        results.Select(result => result.Rollout.Status).ShouldBe([RolloutStatus.Verified, RolloutStatus.Failed]);
        results[1].Rollout.Reason!.ShouldContain("no ecs:ListTasks");
        results[1].Rollout.Reason!.ShouldContain("goes on");
    }

    [Fact]
    public async Task A_verdict_that_waits_for_lines_needs_no_further_look()
    {
        var plan = await PlanAsync();
        var looks = 0;
        OnLook(_ => Services(Service("ecs-svc/2", "IN_PROGRESS", events: [$"event {++looks}"])));
        aws.On("ListTasks", _ => Arns("arn:task/a"));
        aws.On("DescribeTasks", _ => Tasks(StoppedTask("arn:task/a"))).On("GetLogEvents", """{"events":[]}""");

        var result = await ResultAsync(plan, new() { MaximumFailedTask = 1 });

        result.Error.ShouldBeNull();
        result.Rollout.Reason!.ShouldStartWith("1 task of the deployment stopped by its fault.");
        looks.ShouldBe(1);
        aws.RequestsOf("GetLogEvents").Count().ShouldBe(2);
    }
}
