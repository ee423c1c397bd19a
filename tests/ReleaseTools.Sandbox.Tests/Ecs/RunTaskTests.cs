using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Tests.Ecs;

public sealed class RunTaskTests
{
    private const string Image = "127.0.0.1:5000/web:latest";

    private readonly EcsScenario ecs = new();

    public RunTaskTests()
    {
        ecs.Images[Image] = "sha256:new";
        ecs.Register(Image);
    }

    [Fact]
    public void A_task_goes_through_its_life_and_ends_with_exit_code_0()
    {
        var task = Run("""{ "cluster": "main", "taskDefinition": "web", "startedBy": "release/1" }""");
        (Text(task, "lastStatus"), Text(task, "group"), Text(task, "startedBy"), Text(task, "launchType")).ShouldBe(("PROVISIONING", "family:web", "release/1", "EC2"));

        ecs.Step(7);
        Text(Described(task), "lastStatus").ShouldBe("RUNNING");
        ecs.Step(7);

        var ended = Described(task);
        (Text(ended, "lastStatus"), Text(ended, "stopCode")).ShouldBe(("STOPPED", "EssentialContainerExited"));
        ended["containers"]![0]!["exitCode"]!.GetValue<int>().ShouldBe(0);
        Text(ended["containers"]![0]!, "imageDigest").ShouldBe("sha256:new");
    }

    [Fact]
    public void A_crash_scripted_for_the_group_gives_exit_code_and_log_and_leaves_services_alone()
    {
        ecs.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.TaskCrash, Target = "family:web", Count = null, ExitCode = 3, LogLines = ["no table"] });
        ecs.WithService(1);

        var task = Run("""{ "cluster": "main", "taskDefinition": "web" }""");
        ecs.Step(30);

        Described(task)["containers"]![0]!["exitCode"]!.GetValue<int>().ShouldBe(3);
        var stream = $"web/app/{Text(task, "taskArn").Split('/')[^1]}";
        Text(ecs.Logs.Invoke("GetLogEvents", new JsonObject { ["logGroupName"] = "/ecs/web", ["logStreamName"] = stream })["events"]![0]!, "message").ShouldBe("no table");
        ecs.Primary()["runningCount"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public void An_image_that_is_not_there_is_a_task_that_failed_to_start()
    {
        ecs.Images.Remove(Image);

        var task = Run("""{ "cluster": "main", "taskDefinition": "web" }""");
        ecs.Step(30);

        (Text(Described(task), "stopCode"), Text(Described(task), "stoppedReason")[..24]).ShouldBe(("TaskFailedToStart", "CannotPullContainerError"));
    }

    [Fact]
    public void A_task_that_cannot_be_placed_is_in_failures()
    {
        ecs.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.TaskNotPlaced, Target = "family:web", Reason = "RESOURCE:CPU" });

        var answer = ecs.Call("RunTask", """{ "cluster": "main", "taskDefinition": "web" }""");

        answer["tasks"]!.AsArray().ShouldBeEmpty();
        Text(answer["failures"]![0]!, "reason").ShouldBe("RESOURCE:CPU");
        Text(answer["failures"]![0]!, "arn").ShouldContain(":container-instance/");
    }

    [Fact]
    public void A_client_token_starts_one_task_however_often_it_is_sent()
    {
        var task = Run("""{ "cluster": "main", "taskDefinition": "web", "clientToken": "t1" }""");

        Text(Run("""{ "cluster": "main", "taskDefinition": "web", "clientToken": "t1" }"""), "taskArn").ShouldBe(Text(task, "taskArn"));
        ecs.Refused("RunTask", """{ "cluster": "main", "taskDefinition": "web", "clientToken": "t1", "count": 2 }""").Code.ShouldBe("ConflictException");
        Text(Run("""{ "cluster": "main", "taskDefinition": "web", "clientToken": "t2" }"""), "taskArn").ShouldNotBe(Text(task, "taskArn"));
        ecs.Tasks().Count.ShouldBe(2);
    }

    [Fact]
    public void Tasks_are_listed_by_what_started_them_and_by_family_and_are_no_service_s()
    {
        ecs.WithService(1);
        Run("""{ "cluster": "main", "taskDefinition": "web", "startedBy": "me" }""");

        ecs.Tasks(filter: """, "startedBy": "me" """).ShouldHaveSingleItem();
        ecs.Tasks(filter: """, "family": "web" """).Count.ShouldBe(2);
        ecs.Tasks(filter: """, "serviceName": "web" """).ShouldHaveSingleItem();
        ecs.Call("DescribeClusters", """{ "clusters": ["main"] }""")["clusters"]![0]!["pendingTasksCount"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public void StopTask_ends_it()
    {
        var task = Run("""{ "cluster": "main", "taskDefinition": "web" }""");
        ecs.Step(7);

        ecs.Call("StopTask", $$"""{ "cluster": "main", "task": "{{Text(task, "taskArn")}}", "reason": "enough" }""");
        ecs.Step(10);

        (Text(Described(task), "stopCode"), Text(Described(task), "stoppedReason")).ShouldBe(("UserInitiated", "enough"));
        Described(task)["containers"]![0]!["exitCode"]!.GetValue<int>().ShouldBe(143);
    }

    [Fact]
    public void Overrides_and_a_capacity_provider_strategy_are_described()
    {
        var task = Run("""
            { "cluster": "main", "taskDefinition": "web", "capacityProviderStrategy": [{ "capacityProvider": "FARGATE_SPOT", "weight": 1 }],
              "overrides": { "containerOverrides": [{ "name": "app", "command": ["migrate"], "environment": [{ "name": "A", "value": "1" }] }] } }
            """);

        Text(task, "capacityProviderName").ShouldBe("FARGATE_SPOT");
        task.ContainsKey("launchType").ShouldBeFalse();
        Text(task["overrides"]!["containerOverrides"]![0]!["command"]![0]!).ShouldBe("migrate");
    }

    [Theory]
    [InlineData("""{ "taskDefinition": "nope" }""", "TaskDefinition not found.")]
    [InlineData("""{ "taskDefinition": "web", "count": 11 }""", "Count must be")]
    [InlineData("""{ "taskDefinition": "web", "clientToken": "a b" }""", "clientToken must be")]
    [InlineData("""{ "taskDefinition": "web", "startedBy": "a:b" }""", "startedBy can be")]
    [InlineData("""{ "taskDefinition": "web", "launchType": "MOON" }""", "Invalid launch type: MOON")]
    [InlineData("""{ "taskDefinition": "web", "launchType": "EC2", "capacityProviderStrategy": [{ "capacityProvider": "x" }] }""", "Specifying both a launch type")]
    [InlineData("""{ "taskDefinition": "web", "platformVersion": "1.4.0" }""", "The platform version must be null")]
    [InlineData("""{ "taskDefinition": "web", "networkConfiguration": { "awsvpcConfiguration": { "subnets": ["subnet-1"] } } }""", "Network Configuration is not valid")]
    [InlineData("""{ "taskDefinition": "own" }""", "Network Configuration must be provided")]
    [InlineData("""{ "taskDefinition": "own", "networkConfiguration": { "awsvpcConfiguration": { "subnets": [] } } }""", "subnets can not be empty")]
    [InlineData("""{ "taskDefinition": "web", "overrides": { "containerOverrides": [{ "name": "sidecar" }] } }""", "Override for container named sidecar is not a container")]
    [InlineData("""{ "taskDefinition": "web", "overrides": { "containerOverrides": [{ "name": "app", "command": "ls" }] } }""", "can not be converted")]
    public void What_does_not_fit_is_refused(string request, string because)
    {
        ecs.Call("RegisterTaskDefinition", """{ "family": "own", "networkMode": "awsvpc", "containerDefinitions": [{ "name": "app", "image": "x" }] }""");
        var asked = JsonNode.Parse(request)!.AsObject();
        asked["cluster"] = "main";

        ecs.Refused("RunTask", asked.ToJsonString()).Message.ShouldContain(because);
        ecs.Tasks().ShouldBeEmpty();
    }

    [Fact]
    public void A_deregistered_revision_runs_on_and_nothing_new_begins_with_it()
    {
        ecs.Register("127.0.0.1:5000/web:other");
        var task = Run("""{ "cluster": "main", "taskDefinition": "web:1" }""");

        Text(ecs.Call("DeregisterTaskDefinition", """{ "taskDefinition": "web:1" }""")["taskDefinition"]!, "status").ShouldBe("INACTIVE");

        ecs.Step(30);
        Described(task)["containers"]![0]!["exitCode"]!.GetValue<int>().ShouldBe(0);
        ecs.Refused("RunTask", """{ "cluster": "main", "taskDefinition": "web:1" }""").Message.ShouldContain("inactive");
        ecs.Refused("DeregisterTaskDefinition", """{ "taskDefinition": "web:1" }""").Code.ShouldBe("ClientException");
        ecs.Refused("DeregisterTaskDefinition", """{ "taskDefinition": "web" }""").Message.ShouldContain("Revision");
        Text(ecs.Call("DescribeTaskDefinition", """{ "taskDefinition": "web:1" }""")["taskDefinition"]!, "status").ShouldBe("INACTIVE");
        Text(ecs.Call("ListTaskDefinitions", "{}")["taskDefinitionArns"]!.AsArray().ShouldHaveSingleItem()!).ShouldEndWith("/web:2");
    }

    [Fact]
    public void The_family_names_its_newest_active_revision()
    {
        ecs.Register("127.0.0.1:5000/web:other");
        ecs.Call("DeregisterTaskDefinition", """{ "taskDefinition": "web:2" }""");

        ecs.Call("DescribeTaskDefinition", """{ "taskDefinition": "web" }""")["taskDefinition"]!["revision"]!.GetValue<int>().ShouldBe(1);
        ecs.Register(Image).ShouldEndWith("/web:3");
    }

    private JsonObject Run(string request) => ecs.Call("RunTask", request)["tasks"]!.AsArray().ShouldHaveSingleItem()!.AsObject();

    private JsonObject Described(JsonObject task) =>
        ecs.Call("DescribeTasks", $$"""{ "cluster": "main", "tasks": ["{{Text(task, "taskArn")}}"] }""")["tasks"]!.AsArray().ShouldHaveSingleItem()!.AsObject();

    private static string Text(JsonNode json, string member) => Text(json[member]!);

    private static string Text(JsonNode text) => text.GetValue<string>();
}
