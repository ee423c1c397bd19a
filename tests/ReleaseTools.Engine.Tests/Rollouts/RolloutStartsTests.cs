using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class RolloutStartsTests : ScriptedRollouts
{
    [Fact]
    public async Task The_tag_is_moved_before_the_deployment_and_not_by_the_plan()
    {
        var plan = await PlanAsync();
        registry.Put.ShouldBeEmpty();
        plan.ToRollout().Reason.ShouldBe($"Deploys {Words.Digest(New)}, once the tag latest is on it.");
        aws.On("UpdateService", _ =>
        {
            registry.Put.ShouldBe([$"{Repository}:latest={New}"]);
            return new JsonObject { ["service"] = Service("ecs-svc/2", "IN_PROGRESS") };
        });
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED")));

        (await RolloutAsync(plan)).Status.ShouldBe(RolloutStatus.Verified);
    }

    [Fact]
    public async Task A_tag_that_is_on_the_digest_already_is_left_alone()
    {
        registry.With(Repository, "latest", New);
        var plan = await PlanAsync();
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED")));

        (await RolloutAsync(plan)).Status.ShouldBe(RolloutStatus.Verified);
        registry.Put.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_deployment_whose_answer_was_lost_is_found_and_not_asked_for_twice()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ => throw ScriptedAws.Error("ConnectionLost", status: null));
        aws.InTurn("DescribeServices", () => Services(Service("ecs-svc/1", "COMPLETED")), () => Services(Service("ecs-svc/2", "COMPLETED")));

        var rollout = await RolloutAsync(plan);

        (rollout.Status, rollout.DeploymentId).ShouldBe((RolloutStatus.Verified, "ecs-svc/2"));
        aws.RequestsOf("UpdateService").Count().ShouldBe(1);
    }

    [Fact]
    public async Task What_somebody_else_deployed_since_the_plan_is_not_taken_for_the_deployment_whose_answer_was_lost()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ => throw ScriptedAws.Error("ConnectionLost", status: null));
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/9", "IN_PROGRESS", former: "ecs-svc/1")));

        (await ResultAsync(plan)).Error!.Id.ShouldBe(nameof(Messages.DeploymentNotFound));
    }

    [Fact]
    public async Task A_lost_answer_without_a_new_deployment_is_an_error_and_the_tag_stays_where_the_deployment_would_need_it()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ => throw ScriptedAws.Error("ServerException", status: System.Net.HttpStatusCode.InternalServerError));

        var result = await ResultAsync(plan);

        result.Error!.Id.ShouldBe(nameof(Messages.DeploymentNotFound));
        result.Error.InnerException.ShouldBeOfType<AwsServiceException>();
        registry.DigestOf(Repository, "latest").ShouldBe(New);
        aws.RequestsOf("UpdateService").Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_stop_between_the_request_and_its_answer_says_that_a_deployment_may_have_begun()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ => throw new OperationCanceledException());

        await Should.ThrowAsync<OperationCanceledException>(() => Rollouts.RolloutAsync([plan], new(), default));
        observer.Of<Announced>().Single().Message.ShouldContain("may have begun");
    }

    [Fact]
    public async Task A_stop_between_the_move_of_the_tag_and_the_request_puts_the_tag_back_also_where_others_of_the_tag_were_to_come()
    {
        aws.On("DescribeServices", request => Services([.. request["services"]!.AsArray().Select(name => Service("ecs-svc/1", "COMPLETED", name: (string)name!))]));
        var images = new Dictionary<string, EcrImage> { ["web"] = Image(), ["next"] = Image() };
        var plans = await Rollouts.PlanAsync([new() { Service = "web", Cluster = "main" }, new() { Service = "next", Cluster = "main" }], images, default);
        using var stop = new CancellationTokenSource();
        aws.On("DescribeServices", _ =>
        {
            registry.DigestOf(Repository, "latest").ShouldBe(New);
            stop.Cancel();
            throw new OperationCanceledException(stop.Token);
        });

        await Should.ThrowAsync<OperationCanceledException>(() => Rollouts.RolloutAsync(plans, new() { ThrottleLimit = 1 }, stop.Token));

        registry.DigestOf(Repository, "latest").ShouldBe(Old);
        aws.Operations.ShouldNotContain("UpdateService");
    }

    [Fact]
    public async Task Credentials_that_cannot_be_renewed_while_a_lost_answer_is_looked_into_leave_the_tag_where_the_deployment_would_need_it()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ => throw ScriptedAws.Error("ConnectionLost", status: null));
        aws.InTurn("DescribeServices", () => Services(Service("ecs-svc/1", "COMPLETED")), () => throw ReleaseException.For(nameof(Messages.AwsSsoTokenExpired), ErrorKind.Authentication, "profile x", "profile x", "x"));

        (await ResultAsync(plan)).Error!.Id.ShouldBe(nameof(Messages.DeploymentNotFound));

        registry.DigestOf(Repository, "latest").ShouldBe(New);
    }

    [Fact]
    public async Task A_refused_deployment_keeps_its_error_and_its_tag_goes_back()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ => throw ScriptedAws.Error("AccessDeniedException"));

        var result = await ResultAsync(plan);

        result.Rollout.Status.ShouldBe(RolloutStatus.Failed);
        result.Error.ShouldBeOfType<AwsServiceException>().Code.ShouldBe("AccessDeniedException");
        registry.DigestOf(Repository, "latest").ShouldBe(Old);
    }

    [Fact]
    public async Task A_tag_that_somebody_moved_on_before_the_deployment_was_refused_is_left_there()
    {
        var plan = await PlanAsync();
        aws.On("UpdateService", _ =>
        {
            registry.With(Repository, "latest", "sha256:theirs");
            throw ScriptedAws.Error("AccessDeniedException");
        });

        (await ResultAsync(plan)).Error.ShouldNotBeNull();

        registry.DigestOf(Repository, "latest").ShouldBe("sha256:theirs");
        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("was left on sha256:theirs");
    }

    [Fact]
    public async Task A_tag_that_another_services_deployment_needs_does_not_go_back()
    {
        aws.On("DescribeServices", request => Services([.. request["services"]!.AsArray().Select(name => Service("ecs-svc/1", "COMPLETED", name: (string)name!))]));
        var images = new Dictionary<string, EcrImage> { ["refused"] = Image(), ["web"] = Image() };
        var plans = await Rollouts.PlanAsync([new() { Service = "refused", Cluster = "main" }, new() { Service = "web", Cluster = "main" }], images, default);
        aws.On("UpdateService", request => Text(request, "service") == "refused"
            ? throw ScriptedAws.Error("AccessDeniedException")
            : new JsonObject { ["service"] = Service("ecs-svc/2", "IN_PROGRESS") });
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/2", "COMPLETED")));

        var results = await Rollouts.RolloutAsync(plans, new() { ThrottleLimit = 1 }, default);

        results.Select(result => result.Rollout.Status).ShouldBe([RolloutStatus.Failed, RolloutStatus.Verified]);
        registry.DigestOf(Repository, "latest").ShouldBe(New);
    }

    [Fact]
    public async Task A_rollback_says_what_the_tag_names_now()
    {
        var plan = await PlanAsync();
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/3", "COMPLETED", reason: "ECS deployment circuit breaker: rolling back to deploymentId: ecs-svc/1.")));

        (await RolloutAsync(plan)).Reason!.ShouldContain($"The tag latest of {Repository} names {Words.Digest(New)} now; before it named {Words.Digest(Old)}.");
    }
}
