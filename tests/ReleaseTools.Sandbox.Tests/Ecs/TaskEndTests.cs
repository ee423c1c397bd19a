using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Tests.Ecs;

public sealed class TaskEndTests
{
    [Fact]
    public void A_crash_leaves_exit_code_and_stop_code_and_the_last_lines_in_the_log()
    {
        var ecs = new EcsScenario().WithService(1);
        ecs.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.TaskCrash, Target = "web", Delay = TimeSpan.FromSeconds(2), ExitCode = 3, LogLines = ["no database", "giving up"] });

        var id = ecs.Force();
        ecs.Step(60);

        var task = ecs.Tasks("STOPPED", $", \"startedBy\": \"{id}\"").ShouldHaveSingleItem();
        task["stopCode"]!.GetValue<string>().ShouldBe("EssentialContainerExited");
        task["stoppedReason"]!.GetValue<string>().ShouldBe("Essential container in task exited");
        task["containers"]![0]!["exitCode"]!.GetValue<int>().ShouldBe(3);
        var stream = $"web/app/{task["taskArn"]!.GetValue<string>().Split('/')[^1]}";
        ecs.Logs.Invoke("GetLogEvents", new JsonObject { ["logGroupName"] = "/ecs/web", ["logStreamName"] = stream, ["startFromHead"] = true })["events"]!
            .AsArray().Select(line => line!["message"]!.GetValue<string>()).ShouldBe(["no database", "giving up"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_image_can_be_made_to_crash_by_its_digest_and_another_runs_well(bool its)
    {
        var ecs = new EcsScenario().WithService(1);
        var digest = ecs.Tasks("RUNNING").Single()["containers"]![0]!["imageDigest"]!.GetValue<string>();
        ecs.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.TaskCrash, Target = its ? digest : "sha256:another", Count = null });

        var id = ecs.Force();
        ecs.Step(60);

        ecs.Tasks("STOPPED", $", \"startedBy\": \"{id}\"").Any().ShouldBe(its);
    }

    [Fact]
    public void An_image_that_cannot_be_pulled_is_a_task_that_failed_to_start()
    {
        var ecs = new EcsScenario().WithService(1);
        ecs.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.CannotPull, Target = "web" });

        var id = ecs.Force();
        ecs.Step(9);

        var task = ecs.Tasks("STOPPED", $", \"startedBy\": \"{id}\"").ShouldHaveSingleItem();
        task["stopCode"]!.GetValue<string>().ShouldBe("TaskFailedToStart");
        task["stoppedReason"]!.GetValue<string>().ShouldStartWith("CannotPullContainerError: ");
        task["containers"]![0]!.AsObject().ContainsKey("imageDigest").ShouldBeFalse();
        task.ContainsKey("startedAt").ShouldBeFalse();
    }

    [Fact]
    public void Failed_tasks_are_counted_until_one_runs()
    {
        var ecs = new EcsScenario().WithService(1);
        ecs.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 2 });

        ecs.Force();
        ecs.Step(18);
        ecs.Primary()["failedTasks"]!.GetValue<int>().ShouldBe(2);
        ecs.Step(60);

        ecs.Primary()["failedTasks"]!.GetValue<int>().ShouldBe(0);
        ecs.Rollouts().ShouldBe(["PRIMARY COMPLETED"]);
    }

    [Fact]
    public void A_replaced_task_was_stopped_by_the_scheduler_and_names_the_deployment()
    {
        var ecs = new EcsScenario().WithService(1);

        var id = ecs.Force();
        ecs.Step(60);

        var task = ecs.Tasks("STOPPED").ShouldHaveSingleItem();
        task["stopCode"]!.GetValue<string>().ShouldBe("ServiceSchedulerInitiated");
        task["stoppedReason"]!.GetValue<string>().ShouldBe($"Scaling activity initiated by (deployment {id})");
    }

    [Fact]
    public void A_stopped_task_can_be_described_for_an_hour()
    {
        var ecs = new EcsScenario().WithService(1);
        ecs.Force();
        ecs.Step(60);

        ecs.Step(3500);
        ecs.Tasks("STOPPED").Count.ShouldBe(1);
        ecs.Step(120);
        ecs.Tasks("STOPPED").ShouldBeEmpty();
    }

    [Fact]
    public void A_task_stopped_by_a_user_is_replaced()
    {
        var ecs = new EcsScenario().WithService(1);
        var arn = ecs.Tasks()[0]["taskArn"]!.GetValue<string>();

        ecs.Call("StopTask", $$"""{ "cluster": "main", "task": "{{arn}}", "reason": "because" }""");
        ecs.Step(60);

        ecs.Tasks()[0]["taskArn"]!.GetValue<string>().ShouldNotBe(arn);
        var stopped = ecs.Tasks("STOPPED")[0];
        stopped["stopCode"]!.GetValue<string>().ShouldBe("UserInitiated");
        stopped["stoppedReason"]!.GetValue<string>().ShouldBe("because");
    }
}
