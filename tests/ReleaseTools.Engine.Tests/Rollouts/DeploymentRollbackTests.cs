using System.Net;
using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

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

    private Task<StartedRollout?> StartAsync()
    {
        var service = new ReleaseService { Service = "web", Cluster = "main" };
        var plan = new UndoPlan { Service = service, Rollout = new() { Service = service }, ServiceDeployment = "arn:sd/9", Deployment = "ecs-svc/9" };
        return new DeploymentRollback(aws.Session, new RecordingObserver(), time).StartAsync(plan, default);
    }
}
