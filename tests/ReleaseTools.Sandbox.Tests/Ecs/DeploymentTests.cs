namespace ReleaseTools.Sandbox.Tests.Ecs;

public sealed class DeploymentTests
{
    private const string Image = "127.0.0.1:5000/web:latest";
    private const string WithRollback = """{ "deploymentCircuitBreaker": { "enable": true, "rollback": true } }""";
    private const string WithoutRollback = """{ "deploymentCircuitBreaker": { "enable": true, "rollback": false } }""";

    [Fact]
    public void A_task_goes_through_its_states_one_by_one()
    {
        var ecs = new EcsScenario();
        ecs.Images[Image] = "sha256:old";
        ecs.Register(Image);
        ecs.Call("CreateService", """{ "cluster": "main", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1 }""");

        var seen = new List<string>();
        for (var second = 0; second < 10; second++)
        {
            var status = ecs.Tasks()[0]["lastStatus"]!.GetValue<string>();
            if (!seen.Contains(status, StringComparer.Ordinal))
                seen.Add(status);
            ecs.Step(1);
        }

        seen.ShouldBe(["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]);
    }

    [Fact]
    public void Update_answers_with_the_deployment_that_then_completes()
    {
        var ecs = new EcsScenario().WithService();

        var id = ecs.Force();
        ecs.Rollouts().ShouldBe(["PRIMARY IN_PROGRESS", "ACTIVE COMPLETED"]);
        ecs.Step(60);

        ecs.Primary()["id"]!.GetValue<string>().ShouldBe(id);
        ecs.Rollouts().ShouldBe(["PRIMARY COMPLETED"]);
        ecs.Events().Take(2).ShouldBe(["(service web) has reached a steady state.", $"(service web) (deployment {id}) deployment completed."]);
    }

    [Fact]
    public void The_answer_to_an_update_has_started_nothing_yet()
    {
        var ecs = new EcsScenario().WithService();

        var service = ecs.Call("UpdateService", """{ "cluster": "main", "service": "web", "forceNewDeployment": true }""")["service"]!;

        service["pendingCount"]!.GetValue<int>().ShouldBe(0);
        service["runningCount"]!.GetValue<int>().ShouldBe(2);
    }

    [Theory]
    [InlineData(4, 100, 200, 4, 8)]
    [InlineData(4, 50, 100, 2, 4)]
    [InlineData(3, 50, 150, 2, 4)]
    [InlineData(1, 0, 100, 0, 1)]
    public void Running_tasks_stay_within_the_percentages(int desired, int minimum, int maximum, int fewest, int most)
    {
        var ecs = new EcsScenario().WithService(desired, $$"""{ "minimumHealthyPercent": {{minimum}}, "maximumPercent": {{maximum}} }""");

        ecs.Force();
        for (var second = 0; second < 60; second++)
        {
            var service = ecs.Service();
            var running = service["runningCount"]!.GetValue<int>();
            running.ShouldBeGreaterThanOrEqualTo(fewest);
            (running + service["pendingCount"]!.GetValue<int>()).ShouldBeLessThanOrEqualTo(most);
            ecs.Step(1);
        }

        ecs.Rollouts().ShouldBe(["PRIMARY COMPLETED"]);
    }

    [Fact]
    public void Percentages_that_leave_no_room_are_said_in_an_event()
    {
        var ecs = new EcsScenario().WithService(2, """{ "minimumHealthyPercent": 100, "maximumPercent": 100 }""");

        ecs.Force();
        ecs.Step(600);

        ecs.Rollouts().ShouldBe(["PRIMARY IN_PROGRESS", "ACTIVE COMPLETED"]);
        ecs.Events()[0].ShouldStartWith("(service web) was unable to stop or start tasks during a deployment");
    }

    [Fact]
    public void A_moved_tag_is_picked_up_by_a_new_deployment_only()
    {
        var ecs = new EcsScenario().WithService();
        ecs.Images[Image] = "sha256:new";

        ecs.Call("StopTask", $$"""{ "cluster": "main", "task": {{ecs.Tasks()[0]["taskArn"]!.ToJsonString()}} }""");
        ecs.Step(60);
        ecs.Digests().ShouldBe(["sha256:old", "sha256:old"]);

        ecs.Force();
        ecs.Step(60);
        ecs.Digests().ShouldBe(["sha256:new", "sha256:new"]);
    }

    [Fact]
    public void At_a_desired_count_of_zero_a_deployment_completes_at_once_and_starts_nothing()
    {
        var ecs = new EcsScenario().WithService(desired: 0);

        var id = ecs.Force();

        ecs.Rollouts().ShouldBe(["PRIMARY COMPLETED"]);
        ecs.Primary()["id"]!.GetValue<string>().ShouldBe(id);
        ecs.Tasks().ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_circuit_breaker_a_deployment_that_cannot_pull_stays_in_progress()
    {
        var ecs = new EcsScenario().WithService();
        ecs.Images.Remove(Image);

        ecs.Force();
        ecs.Step(3600);

        ecs.Rollouts().ShouldBe(["PRIMARY IN_PROGRESS", "ACTIVE COMPLETED"]);
        ecs.Primary()["failedTasks"]!.GetValue<int>().ShouldBeGreaterThan(10);
        ecs.Service()["runningCount"]!.GetValue<int>().ShouldBe(2);
        ecs.Events().ShouldContain(said => said.Contains("is unable to consistently start tasks successfully", StringComparison.Ordinal));
    }

    [Fact]
    public void A_tripped_breaker_without_rollback_leaves_the_deployment_failed()
    {
        var ecs = new EcsScenario().WithService(1, WithoutRollback);
        ecs.Images.Remove(Image);

        ecs.Force();
        ecs.Step(600);

        ecs.Rollouts().ShouldBe(["PRIMARY FAILED", "ACTIVE COMPLETED"]);
        ecs.Primary()["failedTasks"]!.GetValue<int>().ShouldBe(3);
        ecs.Primary()["rolloutStateReason"]!.GetValue<string>().ShouldBe("ECS deployment circuit breaker: tasks failed to start.");
    }

    [Fact]
    public void A_rollback_is_a_new_primary_deployment_on_the_old_definition_and_digest()
    {
        var ecs = new EcsScenario().WithService(2, WithRollback);
        var old = ecs.Service()["taskDefinition"]!.GetValue<string>();
        ecs.Images[Image] = "sha256:moved";
        var definition = ecs.Register("127.0.0.1:5000/web:missing");

        var failed = ecs.Force($", \"taskDefinition\": \"{definition}\"");
        ecs.Step(23);
        ecs.Rollouts().ShouldBe(["PRIMARY IN_PROGRESS", "ACTIVE FAILED", "ACTIVE COMPLETED"]);
        ecs.Step(600);

        var primary = ecs.Primary();
        primary["id"]!.GetValue<string>().ShouldNotBe(failed);
        primary["taskDefinition"]!.GetValue<string>().ShouldBe(old);
        ecs.Rollouts().ShouldBe(["PRIMARY COMPLETED"]);
        ecs.Digests().ShouldBe(["sha256:old", "sha256:old"]);
        ecs.Events().ShouldContain(said => said.Contains("rolling back to deployment ecs-svc/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_container_that_crashes_after_it_ran_never_trips_the_breaker()
    {
        var ecs = new EcsScenario().WithService(1, WithRollback);
        ecs.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.TaskCrash, Target = "web", Delay = TimeSpan.FromSeconds(2), Count = null });

        var id = ecs.Force();
        ecs.Step(600);

        var primary = ecs.Primary();
        primary["id"]!.GetValue<string>().ShouldBe(id);
        primary["rolloutState"]!.GetValue<string>().ShouldBe("IN_PROGRESS");
        primary["failedTasks"]!.GetValue<int>().ShouldBe(0);
        ecs.Tasks("STOPPED", $", \"startedBy\": \"{id}\"").Count.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void An_update_during_a_deployment_supersedes_it()
    {
        var ecs = new EcsScenario().WithService();
        ecs.Force();
        ecs.Step(3);

        var second = ecs.Force();
        ecs.Rollouts().ShouldBe(["PRIMARY IN_PROGRESS", "ACTIVE IN_PROGRESS", "ACTIVE COMPLETED"]);
        ecs.Step(60);

        ecs.Rollouts().ShouldBe(["PRIMARY COMPLETED"]);
        ecs.Primary()["id"]!.GetValue<string>().ShouldBe(second);
    }

    [Fact]
    public void A_change_of_the_desired_count_alone_makes_no_deployment()
    {
        var ecs = new EcsScenario().WithService();
        var before = ecs.Primary()["id"]!.GetValue<string>();

        ecs.Call("UpdateService", """{ "cluster": "main", "service": "web", "desiredCount": 5 }""");
        ecs.Step(60);

        ecs.Primary()["id"]!.GetValue<string>().ShouldBe(before);
        ecs.Service()["runningCount"]!.GetValue<int>().ShouldBe(5);
    }

    [Fact]
    public void Hours_with_hundreds_of_tasks_end_the_same_in_one_step_as_in_many()
    {
        var once = Hours(steps: 1);
        var often = Hours(steps: 600);

        once.ShouldBe(often);

        static string Hours(int steps)
        {
            var ecs = new EcsScenario().WithService(200);
            ecs.Images.Remove(Image);
            ecs.Force();
            for (var step = 0; step < steps; step++)
                ecs.Step(6 * 3600.0 / steps);

            return ecs.Service().ToJsonString();
        }
    }
}
