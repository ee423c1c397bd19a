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
    public void A_task_definition_is_described_with_its_tags_where_they_are_included()
    {
        var ecs = new EcsScenario();
        ecs.Call("RegisterTaskDefinition", """{ "family": "web", "tags": [{ "key": "team", "value": "video" }], "containerDefinitions": [{ "name": "app", "image": "b" }] }""");

        var included = ecs.Call("DescribeTaskDefinition", """{ "taskDefinition": "web", "include": ["TAGS"] }""");
        included["tags"]!.ToJsonString().ShouldBe("""[{"key":"team","value":"video"}]""");
        included["taskDefinition"]!.AsObject().ContainsKey("tags").ShouldBeFalse();
        ecs.Call("DescribeTaskDefinition", """{ "taskDefinition": "web" }""").ContainsKey("tags").ShouldBeFalse();
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

    [Theory]
    [InlineData("RegisterTaskDefinition", """{ "family": "odd", "containerDefinitions": [{ "name": "a", "image": "b", "logConfiguration": "str" }] }""")]
    [InlineData("RegisterTaskDefinition", """{ "family": "odd", "containerDefinitions": [{ "name": "a", "image": "b", "logConfiguration": { "logDriver": "awslogs", "options": { "awslogs-group": 3 } } }] }""")]
    [InlineData("RegisterTaskDefinition", """{ "family": "odd", "containerDefinitions": [{ "name": "a", "image": "b", "essential": "yes" }] }""")]
    [InlineData("RegisterTaskDefinition", """{ "family": "odd", "containerDefinitions": [{ "name": "a", "image": "b", "environment": "x" }] }""")]
    [InlineData("CreateService", """{ "cluster": "main", "serviceName": "odd", "taskDefinition": "web", "deploymentConfiguration": "str" }""")]
    [InlineData("CreateService", """{ "cluster": "main", "serviceName": "odd", "taskDefinition": "web", "deploymentConfiguration": { "deploymentCircuitBreaker": { "enable": "yes" } } }""")]
    [InlineData("UpdateService", """{ "cluster": "main", "service": "web", "desiredCount": 7, "deploymentConfiguration": { "maximumPercent": "200" } }""")]
    [InlineData("UpdateService", """{ "cluster": "main", "service": "web", "desiredCount": 7, "launchType": 3 }""")]
    public void What_could_not_be_read_later_is_refused_and_not_kept(string operation, string request)
    {
        var ecs = new EcsScenario().WithService();
        var before = ecs.Ecs.Save().ToJsonString();

        ecs.Refused(operation, request).Code.ShouldBe("SerializationException");

        ecs.Ecs.Save().ToJsonString().ShouldBe(before);
        ecs.Refused("DescribeTaskDefinition", """{ "taskDefinition": "odd" }""").Code.ShouldBe("ClientException");
    }

    [Theory]
    [InlineData(5000, true)]
    [InlineData(5001, false)]
    [InlineData(100_000_000_000, false)]
    public void A_service_has_at_most_five_thousand_tasks(long desired, bool taken)
    {
        var ecs = new EcsScenario().WithService(0);
        var request = $$"""{ "cluster": "main", "service": "web", "desiredCount": {{desired}} }""";

        if (taken)
            ecs.Call("UpdateService", request)["service"]!["desiredCount"]!.GetValue<int>().ShouldBe(5000);
        else
            ecs.Refused("UpdateService", request).Code.ShouldBe("InvalidParameterException");
    }

    [Theory]
    [InlineData("thresholdConfiguration", """{ "type": "COUNT", "value": 5 }""")]
    [InlineData("resetOnHealthyTask", "true")]
    public void What_the_breaker_would_not_obey_is_refused(string member, string value) =>
        new EcsScenario().WithService().Refused("UpdateService", $$"""{ "cluster": "main", "service": "web", "deploymentConfiguration": { "deploymentCircuitBreaker": { "enable": true, "{{member}}": {{value}} } } }""")
            .Message.ShouldContain(member);

    [Theory]
    [InlineData("arn:aws:ecs:eu-west-1:111111111111:cluster/main")]
    [InlineData("arn:aws:ecs:us-east-1:000000000000:cluster/main")]
    [InlineData("arn:aws:ecs:eu-west-1:000000000000:service/main")]
    public void An_ARN_of_elsewhere_names_no_cluster_here(string arn)
    {
        var ecs = new EcsScenario().WithService();

        ecs.Refused("ListServices", $$"""{ "cluster": "{{arn}}" }""").Code.ShouldBe("ClusterNotFoundException");
        ecs.Call("DescribeClusters", $$"""{ "clusters": ["{{arn}}"] }""")["failures"]![0]!["arn"]!.GetValue<string>().ShouldBe(arn);
        ecs.Call("ListServices", """{ "cluster": "arn:aws:ecs:eu-west-1:000000000000:cluster/main" }""")["serviceArns"]!.AsArray().Count.ShouldBe(1);
    }

    [Fact]
    public void ARNs_of_another_cluster_name_no_service_and_no_task_here()
    {
        var ecs = new EcsScenario().WithService();
        var task = ecs.Tasks()[0]["taskArn"]!.GetValue<string>();
        var elsewhere = task.Replace("task/main/", "task/other/", StringComparison.Ordinal);

        ecs.Call("DescribeServices", """{ "cluster": "main", "services": ["arn:aws:ecs:eu-west-1:000000000000:service/other/web"] }""")["failures"]!.AsArray().Count.ShouldBe(1);
        ecs.Call("DescribeServices", """{ "cluster": "main", "services": ["arn:aws:ecs:eu-west-1:000000000000:service/main/web"] }""")["services"]!.AsArray().Count.ShouldBe(1);
        ecs.Call("DescribeTasks", $$"""{ "cluster": "main", "tasks": ["{{elsewhere}}"] }""")["failures"]![0]!["reason"]!.GetValue<string>().ShouldBe("MISSING");
        ecs.Refused("StopTask", $$"""{ "cluster": "main", "task": "{{elsewhere}}" }""").Code.ShouldBe("InvalidParameterException");
        ecs.Refused("DescribeTaskDefinition", """{ "taskDefinition": "arn:aws:ecs:us-east-1:000000000000:task-definition/web:1" }""").Code.ShouldBe("ClientException");
        ecs.Call("StopTask", $$"""{ "cluster": "main", "task": "{{task}}" }""");
    }

    [Fact]
    public void A_draining_service_still_lists_its_tasks_and_can_be_deleted_again()
    {
        var ecs = new EcsScenario().WithService();
        ecs.Call("DeleteService", """{ "cluster": "main", "service": "web", "force": true }""");

        ecs.Call("ListTasks", """{ "cluster": "main", "serviceName": "web", "desiredStatus": "STOPPED" }""")["taskArns"]!.AsArray().Count.ShouldBe(2);
        ecs.Call("DeleteService", """{ "cluster": "main", "service": "web" }""")["service"]!["status"]!.GetValue<string>().ShouldBe("DRAINING");
        ecs.Refused("UpdateService", """{ "cluster": "main", "service": "web" }""").Code.ShouldBe("ServiceNotActiveException");
    }

    [Theory]
    [InlineData("\"serviceName\": \"web\"")]
    [InlineData("\"family\": \"web\"")]
    [InlineData("\"containerInstance\": \"x\"")]
    [InlineData("\"launchType\": \"FARGATE\"")]
    public void Who_started_tasks_is_asked_without_any_other_filter(string other)
    {
        var ecs = new EcsScenario().WithService();

        ecs.Refused("ListTasks", $$"""{ "cluster": "main", "startedBy": "x", {{other}} }""").Code.ShouldBe("InvalidParameterException");
        ecs.Call("ListTasks", """{ "cluster": "main", "startedBy": "x", "desiredStatus": "STOPPED" }""")["taskArns"]!.AsArray().ShouldBeEmpty();
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
