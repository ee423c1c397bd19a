using System.Text.Json.Nodes;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class CrashLogsTests : ScriptedRollouts
{
    private const string NoLines = """{"events":[]}""";
    private const string Panic = """{"events":[{"message":"panic: no database\n"}]}""";

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
    public async Task Lines_that_come_after_the_last_crash_are_waited_for_within_five_seconds()
    {
        var plan = await PlanAsync();
        var crashedAt = CrashesOnce(failedTasks: 3);
        aws.InTurn("GetLogEvents", () => throw ScriptedAws.Error("ResourceNotFoundException"), () => Json(Panic));

        var rollout = await RolloutAsync(plan, new() { MaximumFailedTask = 1 });

        rollout.Status.ShouldBe(RolloutStatus.Failed, rollout.Reason);
        rollout.StoppedTasks.Single().LogLines.ShouldBe(["panic: no database"]);
        observer.Of<TaskStopped>().Single().Task.LogLines.ShouldBe(["panic: no database"]); // told once, and whole
        (time.GetUtcNow() - crashedAt()).ShouldBeInRange(TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Lines_that_never_come_hold_the_verdict_for_one_look()
    {
        var plan = await PlanAsync();
        var crashedAt = CrashesOnce(failedTasks: 3);
        aws.On("GetLogEvents", NoLines);

        var rollout = await RolloutAsync(plan, new() { MaximumFailedTask = 1 });

        rollout.Status.ShouldBe(RolloutStatus.Failed, rollout.Reason);
        aws.RequestsOf("GetLogEvents").Count().ShouldBe(2);
        observer.Of<TaskStopped>().ShouldHaveSingleItem();
        (time.GetUtcNow() - crashedAt()).ShouldBeLessThanOrEqualTo(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_verdict_that_is_held_when_the_time_runs_out_is_the_verdict()
    {
        var plan = await PlanAsync();
        CrashesOnce(failedTasks: 3);
        aws.On("GetLogEvents", NoLines);

        (await RolloutAsync(plan, new() { MaximumFailedTask = 1, Timeout = TimeSpan.FromSeconds(12.1) })).Status.ShouldBe(RolloutStatus.Failed);
    }

    [Fact]
    public async Task A_verdict_that_is_held_when_the_credentials_expire_is_the_verdict()
    {
        var plan = await PlanAsync();
        CrashesOnce(failedTasks: 3, then: () => throw ScriptedAws.Error("ExpiredTokenException"));
        aws.On("GetLogEvents", NoLines);

        var result = await ResultAsync(plan, new() { MaximumFailedTask = 1 });

        (result.Error, result.Rollout.Status).ShouldBe((null, RolloutStatus.Failed));
        result.Rollout.Reason!.ShouldContain("exited with 1");
    }

    [Fact]
    public async Task A_container_that_never_ran_has_nothing_to_say_and_is_not_waited_for()
    {
        var plan = await PlanAsync();
        CrashesOnce(failedTasks: 1, crash: """{"stopCode":"TaskFailedToStart","containers":[{"name":"app","reason":"CannotPullContainerError: not found"}]}""");
        aws.On("GetLogEvents", _ => throw ScriptedAws.Error("ResourceNotFoundException"));

        (await RolloutAsync(plan)).Status.ShouldBe(RolloutStatus.Failed);
        aws.RequestsOf("GetLogEvents").Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_log_in_another_region_is_said_and_neither_read_nor_waited_for()
    {
        aws.On("DescribeTaskDefinition", _ => TaskDefinition($"{Repository}:latest", logRegion: "us-east-1"));
        var plan = await PlanAsync();
        CrashesOnce(failedTasks: 3);

        var rollout = await RolloutAsync(plan, new() { MaximumFailedTask = 1 });

        rollout.Status.ShouldBe(RolloutStatus.Failed);
        aws.Operations.ShouldNotContain("GetLogEvents");
        observer.Of<Traced>().ShouldContain(told => told.Message.Contains("/ecs/web, stream ecs/app/t1, is in us-east-1", StringComparison.Ordinal));
    }

    // A task that crashes right after a look, so that the next is as late as can be; when it crashed.
    private Func<DateTimeOffset> CrashesOnce(int failedTasks, Func<JsonNode>? then = null, string? crash = null)
    {
        const int calm = 4;
        var (looks, crashedAt) = (0, default(DateTimeOffset));
        OnLook(_ =>
        {
            if (++looks == calm)
                crashedAt = time.GetUtcNow();
            return looks > calm + 1 && then is not null ? then() : Services(Service("ecs-svc/2", "IN_PROGRESS", failed: looks > calm ? failedTasks : 0));
        });
        aws.On("ListTasks", _ => Arns("arn:aws:ecs:eu-west-1:1:task/main/t1"));
        aws.On("DescribeTasks", _ =>
        {
            var task = StoppedTask("arn:aws:ecs:eu-west-1:1:task/main/t1");
            foreach (var (name, value) in JsonNode.Parse(crash ?? "{}")!.AsObject())
                task[name] = value!.DeepClone();
            return Tasks(task);
        });
        return () => crashedAt;
    }

    private static JsonNode Json(string text) => JsonNode.Parse(text)!;
}
