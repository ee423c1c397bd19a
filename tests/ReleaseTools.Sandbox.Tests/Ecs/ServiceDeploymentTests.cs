using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Tests.Ecs;

public sealed class ServiceDeploymentTests
{
    private const string Image = "127.0.0.1:5000/web:latest";
    private const string WithRollback = """{ "deploymentCircuitBreaker": { "enable": true, "rollback": true } }""";
    private const string WithoutRollback = """{ "deploymentCircuitBreaker": { "enable": true, "rollback": false } }""";

    private readonly EcsScenario ecs = new();

    [Fact]
    public void A_deployment_goes_through_PENDING_and_IN_PROGRESS_to_SUCCESSFUL()
    {
        ecs.WithService();

        ecs.Force();
        StatusUnmoved().ShouldBe("PENDING");
        ecs.Step(1);
        Status(Newest()).ShouldBe("IN_PROGRESS");
        ecs.Step(60);
        Status(Newest()).ShouldBe("SUCCESSFUL");
        Newest().ContainsKey("finishedAt").ShouldBeTrue();
    }

    [Fact]
    public void A_revision_keeps_its_task_definition_and_the_digests_its_tags_were_resolved_to()
    {
        ecs.WithService();
        ecs.Images[Image] = "sha256:new";
        ecs.Force();
        ecs.Step(60);

        Listed().Select(one => (string?)Revision((string)one["targetServiceRevisionArn"]!)["containerImages"]![0]!["imageDigest"]).ShouldBe(["sha256:new", "sha256:old"]);
        Revision((string)Newest()["targetServiceRevisionArn"]!)["taskDefinition"]!.GetValue<string>().ShouldEndWith("task-definition/web:1");
    }

    [Fact]
    public void A_service_without_tasks_has_resolved_nothing()
    {
        ecs.WithService(desired: 0);

        Revision((string)Newest()["targetServiceRevisionArn"]!)["containerImages"]![0]!.AsObject().ContainsKey("imageDigest").ShouldBeFalse();
    }

    [Fact]
    public void A_deployment_that_runs_is_rolled_back_by_StopServiceDeployment_without_any_breaker()
    {
        ecs.WithService();
        var good = ecs.Digests();
        ecs.Images[Image] = "sha256:new";
        ecs.Force();
        ecs.Step(1);

        Stop();
        StatusUnmoved().ShouldBe("ROLLBACK_REQUESTED");
        ecs.Step(1);
        Status(Newest()).ShouldBe("ROLLBACK_IN_PROGRESS");
        Stop(); // "continues the rollback operation"
        ecs.Step(60);

        var described = Described();
        Status(described).ShouldBe("ROLLBACK_SUCCESSFUL");
        described["rollback"]!["serviceRevisionArn"]!.GetValue<string>().ShouldBe(described["sourceServiceRevisions"]![0]!["arn"]!.GetValue<string>());
        ecs.Digests().ShouldBe(good);
        ecs.Rollouts().ShouldBe(["PRIMARY COMPLETED"]);
    }

    [Fact]
    public void A_deployment_that_has_ended_or_is_unknown_cannot_be_stopped()
    {
        ecs.WithService();

        ecs.Refused("StopServiceDeployment", $$"""{ "serviceDeploymentArn": "{{(string)Newest()["serviceDeploymentArn"]!}}", "stopType": "ROLLBACK" }""").Code.ShouldBe("ConflictException");
        ecs.Refused("StopServiceDeployment", """{ "serviceDeploymentArn": "arn:aws:ecs:eu-west-1:000000000000:service-deployment/main/web/nope" }""").Code.ShouldBe("ServiceDeploymentNotFoundException");
    }

    [Fact]
    public void A_service_s_first_deployment_has_nothing_to_go_back_to()
    {
        ecs.Images[Image] = "sha256:old";
        ecs.Register(Image);
        ecs.Call("CreateService", """{ "cluster": "main", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1 }""");
        ecs.Step(1);

        Described()["sourceServiceRevisions"]!.AsArray().ShouldBeEmpty();
        ecs.Refused("StopServiceDeployment", $$"""{ "serviceDeploymentArn": "{{(string)Newest()["serviceDeploymentArn"]!}}" }""").Code.ShouldBe("InvalidParameterException");
    }

    [Theory]
    [InlineData(WithRollback, "ROLLBACK_SUCCESSFUL")]
    [InlineData(WithoutRollback, "STOPPED")]
    public void What_the_breaker_does_ends_the_service_deployment(string settings, string status)
    {
        ecs.WithService(settings: settings);
        ecs.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = 4 });
        ecs.Force();
        ecs.Step(300);

        Status(Newest()).ShouldBe(status);
    }

    [Fact]
    public void A_rollback_that_fails_is_ROLLBACK_FAILED_and_is_not_rolled_back_itself()
    {
        ecs.WithService(settings: WithRollback);
        ecs.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = "web", Count = null });
        ecs.Force();
        ecs.Step(3600);

        Status(Newest()).ShouldBe("ROLLBACK_FAILED");
        ecs.Events().Count(said => said.Contains("rolling back", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public void One_that_takes_another_s_place_stops_it()
    {
        ecs.WithService();
        ecs.Force();
        ecs.Step(1);
        ecs.Force();
        ecs.Step(60);

        Listed().Select(Status).ShouldBe(["SUCCESSFUL", "STOPPED", "SUCCESSFUL"]);
    }

    [Fact]
    public void They_are_listed_in_pages_and_by_status()
    {
        ecs.WithService();
        for (var i = 0; i < 3; i++)
        {
            ecs.Force();
            ecs.Step(60);
        }

        var page = ecs.Call("ListServiceDeployments", """{ "cluster": "main", "service": "web", "maxResults": 3 }""");
        page["serviceDeployments"]!.AsArray().Count.ShouldBe(3);
        ecs.Call("ListServiceDeployments", $$"""{ "cluster": "main", "service": "web", "nextToken": "{{(string)page["nextToken"]!}}" }""")["serviceDeployments"]!.AsArray().Count.ShouldBe(1);
        Listed("IN_PROGRESS").ShouldBeEmpty();
        ecs.Refused("ListServiceDeployments", """{ "cluster": "main", "service": "web", "status": ["DONE"] }""").Code.ShouldBe("InvalidParameterException");
    }

    [Fact]
    public void What_is_not_known_is_described_as_MISSING_and_at_most_20_are_described()
    {
        ecs.WithService();
        var many = new JsonArray([.. Enumerable.Range(0, 21).Select(i => JsonValue.Create($"arn:{i}"))]).ToJsonString();

        ecs.Call("DescribeServiceRevisions", """{ "serviceRevisionArns": ["arn:nope"] }""")["failures"]![0]!["reason"]!.GetValue<string>().ShouldBe("MISSING");
        ecs.Refused("DescribeServiceDeployments", $$"""{ "serviceDeploymentArns": {{many}} }""").Code.ShouldBe("InvalidParameterException");
    }

    [Fact]
    public void The_history_outlives_a_restart()
    {
        ecs.WithService();
        ecs.Force();
        ecs.Step(1);

        ecs.Ecs.Load(JsonNode.Parse(ecs.Ecs.Save().ToJsonString())!.AsObject());
        Stop();
        ecs.Step(60);

        Status(Newest()).ShouldBe("ROLLBACK_SUCCESSFUL");
    }

    private List<JsonObject> Listed(params string[] status) =>
        [.. ecs.Call("ListServiceDeployments", $$"""{ "cluster": "main", "service": "web", "status": {{new JsonArray([.. status.Select(one => JsonValue.Create(one))]).ToJsonString()}} }""")["serviceDeployments"]!
            .AsArray().Select(one => one!.AsObject())];

    // Before the scheduler acts.
    private string StatusUnmoved() => Status(ecs.Ecs.Invoke("ListServiceDeployments", JsonNode.Parse("""{ "cluster": "main", "service": "web" }""")!.AsObject())["serviceDeployments"]![0]!);

    private static string Status(JsonNode deployment) => deployment["status"]!.GetValue<string>();

    private JsonObject Newest() => Listed()[0];

    private JsonObject Described() =>
        ecs.Call("DescribeServiceDeployments", $$"""{ "serviceDeploymentArns": ["{{(string)Newest()["serviceDeploymentArn"]!}}"] }""")["serviceDeployments"]![0]!.AsObject();

    private JsonObject Revision(string arn) => ecs.Call("DescribeServiceRevisions", $$"""{ "serviceRevisionArns": ["{{arn}}"] }""")["serviceRevisions"]![0]!.AsObject();

    private void Stop() => ecs.Call("StopServiceDeployment", $$"""{ "serviceDeploymentArn": "{{(string)Newest()["serviceDeploymentArn"]!}}", "stopType": "ROLLBACK" }""");
}
