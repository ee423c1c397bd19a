using System.Net;
using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Rollouts.Undo;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts.Undo;

/// <summary>What a request to stop a deployment is believed to have done, when its answer does not say.</summary>
public sealed class DeploymentRollbackTests
{
    private readonly ScriptedAws aws = new();
    private readonly JumpingTime time = new();

    public DeploymentRollbackTests() => aws.On("DescribeServices", """
        {"services":[{"serviceName":"web","status":"ACTIVE","desiredCount":1,"deployments":[{"id":"ecs-svc/10","status":"PRIMARY","taskDefinition":"arn:aws:ecs:eu-west-1:1:task-definition/web:1"}]}]}
        """);

    [Theory]
    [InlineData("ConflictException", 400)]
    [InlineData("ServerException", 500)]
    [InlineData("ConnectionError", null)]
    public async Task A_stop_that_had_its_effect_is_watched_on(string code, int? status)
    {
        Stop(code, status);
        Statuses("IN_PROGRESS", "ROLLBACK_REQUESTED", "ROLLBACK_IN_PROGRESS");

        (await StartAsync()).ShouldNotBeNull().DeploymentId.ShouldBe("ecs-svc/10");
        aws.RequestsOf("StopServiceDeployment").Count().ShouldBe(1);
    }

    [Theory]
    [InlineData("ConflictException", 400, nameof(Messages.DeploymentNotStoppable))]
    [InlineData("ServerException", 500, "AwsError")]
    public async Task A_stop_that_had_no_effect_is_the_error_that_it_was(string code, int? status, string id)
    {
        Stop(code, status);
        Statuses("IN_PROGRESS");

        (await Should.ThrowAsync<ReleaseException>(StartAsync)).Id.ShouldBe(id);
    }

    [Fact]
    public async Task A_stop_that_is_forbidden_is_not_looked_into()
    {
        Stop("AccessDeniedException", 400);

        await Should.ThrowAsync<ReleaseException>(StartAsync);
        aws.Operations.ShouldBe(["StopServiceDeployment"]);
    }

    [Fact]
    public async Task A_deployment_that_ended_well_before_has_no_rollback()
    {
        Stop("ConflictException", 400);
        Statuses("SUCCESSFUL");

        (await StartAsync()).ShouldBeNull();
    }

    [Fact]
    public async Task A_deployment_that_was_stopped_by_another_is_an_error()
    {
        Stop("ConflictException", 400);
        Statuses("STOPPED");

        (await Should.ThrowAsync<ReleaseException>(StartAsync)).Id.ShouldBe(nameof(Messages.DeploymentNotStoppable));
    }

    [Fact]
    public async Task A_stop_that_was_accepted_and_cannot_be_looked_at_says_that_the_rollback_goes_on_and_how_to_wait_for_it()
    {
        aws.On("StopServiceDeployment", "{}");
        aws.On("DescribeServiceDeployments", _ => throw ScriptedAws.Error("AccessDeniedException", "may not look"));

        var error = await Should.ThrowAsync<ReleaseException>(StartAsync);

        error.Id.ShouldBe(nameof(Messages.RollbackNotSeen));
        error.Message.ShouldContain("goes on at ECS");
        error.Message.ShouldContain("may not look");
        error.RecommendedAction.ShouldStartWith("Wait for its end: Wait-EcsRollout web -Cluster main;");
    }

    [Fact]
    public async Task What_was_proven_is_kept_where_ECS_does_not_tell_how_the_rollback_ended()
    {
        aws.On("DescribeServiceDeployments", _ => throw ScriptedAws.Error("AccessDeniedException", "may not look"));
        var proven = new RolloutResult(new() { Service = "web", Cluster = "main", Status = RolloutStatus.Verified, Reason = "1 of 1 running tasks run sha256:old." });

        var result = await Rollback.ConfirmAsync(Plan, proven, TimeSpan.FromMinutes(1), default);

        result.Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.RollbackNotSeen));
        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Rollout.Reason!.ShouldStartWith("1 of 1 running tasks run sha256:old. But: The rollback of service 'web' in cluster 'main' goes on at ECS");
    }

    private void Stop(string code, int? status) => aws.On("StopServiceDeployment", _ => throw ScriptedAws.Error(code, status: (HttpStatusCode?)status));

    /// <summary>The service deployment's status, look by look; the last one stays.</summary>
    private void Statuses(params string[] statuses)
    {
        var next = 0;
        aws.On("DescribeServiceDeployments", _ => new JsonObject
        {
            ["serviceDeployments"] = new JsonArray(new JsonObject { ["status"] = statuses[Math.Min(next++, statuses.Length - 1)] }),
        });
    }

    private static ReleaseService Service => new() { Service = "web", Cluster = "main" };

    private static UndoPlan Plan => new() { Service = Service, Rollout = new() { Service = Service }, ServiceDeployment = "arn:sd/9", Deployment = "ecs-svc/9" };

    private DeploymentRollback Rollback => new(aws.Session, new RecordingObserver(), time);

    private Task<StartedRollout?> StartAsync() => Rollback.StartAsync(Plan, default);
}
