using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Tests.Ecs;

public sealed class EcsOperationTests
{
    [Fact]
    public void A_task_definition_keeps_every_member_and_counts_revisions()
    {
        var ecs = new EcsScenario();
        ecs.Register("a");

        ecs.Call("RegisterTaskDefinition", """{ "family": "web", "memory": "512", "newMember": { "x": [1] }, "containerDefinitions": [{ "name": "app", "image": "b", "other": true }] }""");

        var definition = ecs.Call("DescribeTaskDefinition", """{ "taskDefinition": "web" }""")["taskDefinition"]!;
        definition["revision"]!.GetValue<int>().ShouldBe(2);
        definition["memory"]!.GetValue<string>().ShouldBe("512");
        definition["newMember"]!.ToJsonString().ShouldBe("""{"x":[1]}""");
        definition["containerDefinitions"]![0]!["other"]!.GetValue<bool>().ShouldBeTrue();
        ecs.Call("DescribeTaskDefinition", """{ "taskDefinition": "web:1" }""")["taskDefinition"]!["containerDefinitions"]![0]!["image"]!.GetValue<string>().ShouldBe("a");
        ecs.Refused("DescribeTaskDefinition", """{ "taskDefinition": "web:3" }""").Code.ShouldBe("ClientException");
    }

    [Fact]
    public void One_to_ten_services_are_described_and_missing_ones_are_failures()
    {
        var ecs = new EcsScenario().WithService();
        var eleven = new JsonArray([.. Enumerable.Range(0, 11).Select(i => JsonValue.Create($"s{i}"))]).ToJsonString();

        ecs.Refused("DescribeServices", """{ "cluster": "main", "services": [] }""").Code.ShouldBe("InvalidParameterException");
        ecs.Refused("DescribeServices", $$"""{ "cluster": "main", "services": {{eleven}} }""").Code.ShouldBe("InvalidParameterException");
        var failure = ecs.Call("DescribeServices", """{ "cluster": "main", "services": ["web", "nope"] }""")["failures"]!.AsArray().ShouldHaveSingleItem();
        failure!["reason"]!.GetValue<string>().ShouldBe("MISSING");
        failure["arn"]!.GetValue<string>().ShouldBe("arn:aws:ecs:eu-west-1:000000000000:service/main/nope");
    }

    [Theory]
    [InlineData("""{ "cluster": "nowhere", "service": "web" }""", "ClusterNotFoundException")]
    [InlineData("""{ "cluster": "main", "service": "nope" }""", "ServiceNotFoundException")]
    [InlineData("""{ "cluster": "main" }""", "InvalidParameterException")]
    [InlineData("""{ "cluster": "main", "service": "web", "taskDefinition": "none" }""", "ClientException")]
    public void An_update_of_what_is_not_there_is_refused(string request, string code) =>
        new EcsScenario().WithService().Refused("UpdateService", request).Code.ShouldBe(code);

    [Theory]
    [InlineData("CODE_DEPLOY")]
    [InlineData("EXTERNAL")]
    public void Another_deployment_controller_refuses_new_deployments(string controller)
    {
        var ecs = new EcsScenario();
        ecs.Register("a");
        ecs.Call("CreateService", $$"""{ "cluster": "main", "serviceName": "web", "taskDefinition": "web", "deploymentController": { "type": "{{controller}}" } }""");

        var refusal = ecs.Refused("UpdateService", """{ "cluster": "main", "service": "web", "forceNewDeployment": true }""");

        refusal.Code.ShouldBe("InvalidParameterException");
        refusal.Message.ShouldStartWith($"Cannot force a new deployment on services with a {controller} deployment controller.");
    }

    [Fact]
    public void A_deleted_service_drains_and_is_then_inactive()
    {
        var ecs = new EcsScenario().WithService();

        ecs.Refused("DeleteService", """{ "cluster": "main", "service": "web" }""").Code.ShouldBe("InvalidParameterException");
        ecs.Call("DeleteService", """{ "cluster": "main", "service": "web", "force": true }""");
        ecs.Service()["status"]!.GetValue<string>().ShouldBe("DRAINING");
        ecs.Step(60);

        ecs.Service()["status"]!.GetValue<string>().ShouldBe("INACTIVE");
        ecs.Refused("UpdateService", """{ "cluster": "main", "service": "web" }""").Code.ShouldBe("ServiceNotActiveException");
        ecs.Call("ListServices", """{ "cluster": "main" }""")["serviceArns"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public void Tasks_are_listed_in_pages_of_a_hundred_and_described_a_hundred_at_a_time()
    {
        var ecs = new EcsScenario().WithService(250);
        var all = new List<string>();
        string? token = null;
        var pages = 0;
        do
        {
            var page = ecs.Call("ListTasks", token is null ? """{ "cluster": "main", "serviceName": "web" }""" : $$"""{ "cluster": "main", "serviceName": "web", "nextToken": "{{token}}" }""");
            all.AddRange(page["taskArns"]!.AsArray().Select(arn => arn!.GetValue<string>()));
            token = page["nextToken"]?.GetValue<string>();
            pages++;
        }
        while (token is not null);

        pages.ShouldBe(3);
        all.Distinct().Count().ShouldBe(250);
        var tooMany = new JsonArray([.. all.Take(101).Select(arn => JsonValue.Create(arn))]).ToJsonString();
        ecs.Refused("DescribeTasks", $$"""{ "cluster": "main", "tasks": {{tooMany}} }""").Code.ShouldBe("InvalidParameterException");
    }

    [Fact]
    public void The_newest_hundred_events_are_kept()
    {
        var ecs = new EcsScenario().WithService(1);
        for (var i = 0; i < 60; i++)
        {
            ecs.Force();
            ecs.Step(60);
        }

        ecs.Events().Count.ShouldBe(100);
        ecs.Events()[0].ShouldBe("(service web) has reached a steady state.");
    }
}
