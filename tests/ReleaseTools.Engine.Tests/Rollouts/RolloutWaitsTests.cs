using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class RolloutWaitsTests : ScriptedRollouts
{
    [Fact]
    public async Task A_deployment_that_reads_show_seconds_later_is_not_superseded_by_the_one_before_it()
    {
        aws.On("DescribeServices", _ => Services(time.Passed < TimeSpan.FromSeconds(6) ? Service("ecs-svc/1", "COMPLETED") : Service("ecs-svc/2", "COMPLETED")));

        var rollout = await WaitAsync();

        rollout.Status.ShouldBe(RolloutStatus.Verified, rollout.Reason);
    }

    [Fact]
    public async Task A_rollback_that_reads_still_show_is_not_that_of_the_deployment_that_came_after_it()
    {
        aws.On("DescribeServices", _ => Services(time.Passed < TimeSpan.FromSeconds(6)
            ? Service("ecs-svc/1", "IN_PROGRESS", reason: "ECS deployment circuit breaker: rolling back to deploymentId: ecs-svc/0.")
            : Service("ecs-svc/2", "COMPLETED")));

        (await WaitAsync()).Status.ShouldBe(RolloutStatus.Verified);
    }

    [Fact]
    public async Task A_deployment_that_is_not_seen_for_long_has_been_superseded()
    {
        aws.On("DescribeServices", _ => Services(Service("ecs-svc/3", "COMPLETED")));

        var rollout = await WaitAsync();

        rollout.Status.ShouldBe(RolloutStatus.Superseded, rollout.Reason);
        rollout.Reason!.ShouldStartWith("Another deployment, ecs-svc/3 of web:7, took its place.");
        time.Passed.ShouldBeInRange(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Among_deployments_that_are_seen_a_newer_one_supersedes_at_once()
    {
        var service = Service("ecs-svc/3", "IN_PROGRESS");
        service["deployments"]!.AsArray().Add(Deployment("ecs-svc/2", "ACTIVE", "IN_PROGRESS", failed: 0, reason: null));
        foreach (var (deployment, at) in service["deployments"]!.AsArray().Zip([20.0, 10.0]))
            deployment!["createdAt"] = at;
        aws.On("DescribeServices", _ => Services(service.DeepClone().AsObject()));

        (await WaitAsync()).Status.ShouldBe(RolloutStatus.Superseded);
        time.Passed.ShouldBe(TimeSpan.Zero);
    }

    private async Task<ServiceRollout> WaitAsync() =>
        (await new RolloutWaits(aws.Session, registry, time, Rollouts).WaitAsync([new(new() { Service = "web", Cluster = "main" }, "ecs-svc/2", New)], new(), default)).Single().Rollout;
}
