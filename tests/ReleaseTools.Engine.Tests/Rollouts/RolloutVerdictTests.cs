using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class RolloutVerdictTests
{
    private const string Ours = "ecs-svc/2";
    private const string Former = "ecs-svc/1";
    private const string Later = "ecs-svc/3";

    [Fact]
    public void A_primary_deployment_that_ECS_calls_completed_is_completed() =>
        Judge(Service(Primary(Ours, "COMPLETED"))).Outcome.ShouldBe(RolloutOutcome.Completed);

    [Fact]
    public void A_primary_deployment_in_progress_goes_on() =>
        Judge(Service(Primary(Ours, "IN_PROGRESS"), Active(Former, "COMPLETED"))).Outcome.ShouldBe(RolloutOutcome.Going);

    [Fact]
    public void A_state_of_the_future_goes_on() =>
        Judge(Service(Primary(Ours, "PAUSED"))).Outcome.ShouldBe(RolloutOutcome.Going);

    [Fact]
    public void Without_a_state_the_only_deployment_is_completed_once_all_its_tasks_run()
    {
        Judge(Service(Primary(Ours, null, desired: 2, running: 2))).Outcome.ShouldBe(RolloutOutcome.Completed);
        Judge(Service(Primary(Ours, null, desired: 2, running: 1))).Outcome.ShouldBe(RolloutOutcome.Going);
        Judge(Service(Primary(Ours, null, desired: 2, running: 2), Active(Former, null))).Outcome.ShouldBe(RolloutOutcome.Going);
    }

    [Fact]
    public void A_completed_PRIMARY_that_is_not_ours_is_never_our_success() =>
        Judge(Service(Primary(Later, "COMPLETED"))).Outcome.ShouldBe(RolloutOutcome.Superseded);

    [Fact]
    public void A_failed_deployment_behind_another_PRIMARY_was_rolled_back()
    {
        var verdict = Judge(Service(Primary(Later, "COMPLETED"), Active(Ours, "FAILED", reason: "tasks failed to start.")));
        verdict.Outcome.ShouldBe(RolloutOutcome.RolledBack);
        verdict.Reason.ShouldContain("tasks failed to start.");
        verdict.Reason.ShouldContain(Later);
    }

    [Fact]
    public void A_failed_deployment_of_a_service_that_never_rolls_back_failed_whoever_came_after_it()
    {
        var verdict = Judge(WithBreaker(Service(Primary(Later, "COMPLETED"), Active(Ours, "FAILED", reason: "tasks failed to start.")), rollback: false));
        verdict.Outcome.ShouldBe(RolloutOutcome.Failed);
        verdict.Reason.ShouldContain(Later);
    }

    [Fact]
    public void The_rollback_of_a_deployment_that_took_our_place_does_not_make_ours_rolled_back()
    {
        var rollback = Service(Primary("ecs-svc/4", "IN_PROGRESS", reason: "ECS deployment circuit breaker: rolling back to deploymentId: ecs-svc/1."));
        Judge(rollback with { Events = [new("e1", null, $"(service web) (deployment {Later}) deployment failed: tasks failed to start.")] })
            .Outcome.ShouldBe(RolloutOutcome.Superseded);
    }

    [Fact]
    public void A_deployment_that_is_gone_was_rolled_back_when_the_new_PRIMARY_says_so() =>
        Judge(Service(Primary(Later, "IN_PROGRESS", reason: "ECS deployment circuit breaker: rolling back to deploymentId: ecs-svc/1.")))
            .Outcome.ShouldBe(RolloutOutcome.RolledBack);

    [Fact]
    public void A_rollback_that_has_only_begun_is_not_said_to_be_done()
    {
        var verdict = Judge(Service(Primary(Later, "IN_PROGRESS", reason: "ECS deployment circuit breaker: rolling back to deploymentId: ecs-svc/1."), Active(Ours, "FAILED", reason: "tasks failed to start.")));

        verdict.Outcome.ShouldBe(RolloutOutcome.RolledBack);
        verdict.SaidOfRollback.ShouldBe($"ECS is putting web:1 back ({Later}), which has not completed yet. To wait for it: Wait-EcsRollout web -Cluster main.");
        verdict.Reason.ShouldBe($"{verdict.SaidOfRollback} ECS says: tasks failed to start.");
    }

    [Fact]
    public void A_rollback_that_has_completed_is_said_to_be_done()
    {
        var verdict = Judge(Service(Primary(Later, "COMPLETED", reason: "ECS deployment circuit breaker: rolling back to deploymentId: ecs-svc/1.")));
        (verdict.Outcome, verdict.Reason, verdict.SaidOfRollback).ShouldBe((RolloutOutcome.RolledBack, $"ECS put web:1 back ({Later}).", ""));
    }

    [Fact]
    public void What_somebody_deployed_over_a_rollback_is_not_said_to_be_one()
    {
        var verdict = Judge(Service(Primary(Later, "IN_PROGRESS"), Active(Ours, "FAILED")));
        verdict.Outcome.ShouldBe(RolloutOutcome.RolledBack);
        verdict.Reason.ShouldStartWith($"The deployment failed, and {Later} of web:1 took its place, which has not completed yet.");
    }

    [Fact]
    public void A_rollback_that_failed_too_puts_nothing_back()
    {
        var verdict = Judge(WithBreaker(Service(Primary(Later, "FAILED", reason: "tasks failed to start."), Active(Ours, "FAILED")), rollback: true));
        verdict.Outcome.ShouldBe(RolloutOutcome.Failed);
        verdict.Reason.ShouldBe($"The deployment failed, and so did {Later} of web:1, which took its place.");
    }

    [Fact]
    public void A_rollback_that_was_there_before_ours_is_not_ours() =>
        Judge(Service(Primary(Former, "IN_PROGRESS", reason: "ECS deployment circuit breaker: rolling back to deploymentId: ecs-svc/0."))).Outcome.ShouldBe(RolloutOutcome.Going);

    [Fact]
    public void A_deployment_that_is_gone_was_rolled_back_when_an_event_says_that_it_failed() =>
        Judge(Service(Primary(Later, "COMPLETED")) with { Events = [new("e1", null, $"(service web) (deployment {Ours}) deployment failed: tasks failed to start.")] })
            .Outcome.ShouldBe(RolloutOutcome.RolledBack);

    [Fact]
    public void A_deployment_that_is_gone_was_rolled_back_when_it_was_seen_failed_before() =>
        Judge(Service(Primary(Former, "COMPLETED")), failedFor: TimeSpan.FromSeconds(3)).Outcome.ShouldBe(RolloutOutcome.RolledBack);

    [Fact]
    public void A_PRIMARY_from_before_is_a_read_that_lags() =>
        Judge(Service(Primary(Former, "COMPLETED"))).Outcome.ShouldBe(RolloutOutcome.Going);

    [Fact]
    public void A_deployment_that_lost_its_place_while_in_progress_was_superseded()
    {
        var verdict = Judge(Service(Primary(Later, "IN_PROGRESS"), Active(Ours, "IN_PROGRESS")));
        verdict.Outcome.ShouldBe(RolloutOutcome.Superseded);
        verdict.Reason.ShouldContain(Later);
    }

    [Fact]
    public void A_failed_PRIMARY_without_rollback_failed() =>
        Judge(Service(Primary(Ours, "FAILED", reason: "tasks failed to start."))).ShouldBe(new(RolloutOutcome.Failed, "The deployment failed. ECS says: tasks failed to start."));

    [Fact]
    public void A_failed_PRIMARY_with_rollback_is_given_time_to_be_rolled_back()
    {
        var service = WithBreaker(Service(Primary(Ours, "FAILED")), rollback: true);
        Judge(service, failedFor: TimeSpan.FromSeconds(1)).Outcome.ShouldBe(RolloutOutcome.Going);
        Judge(service, failedFor: RolloutVerdict.RollbackGrace).Outcome.ShouldBe(RolloutOutcome.Failed);
    }

    [Theory]
    [InlineData("DRAINING")]
    [InlineData("INACTIVE")]
    public void A_service_that_is_being_deleted_fails_the_deployment(string status) =>
        Judge(Service(Primary(Ours, "IN_PROGRESS")) with { Status = status }).Outcome.ShouldBe(RolloutOutcome.Failed);

    [Fact]
    public void A_service_that_is_gone_fails_the_deployment() => Judge(null).Outcome.ShouldBe(RolloutOutcome.Failed);

    [Fact]
    public void The_third_task_that_stops_by_its_fault_fails_a_deployment_without_breaker()
    {
        var service = Service(Primary(Ours, "IN_PROGRESS"));
        Judge(service, Crash(), Crash()).Outcome.ShouldBe(RolloutOutcome.Going);
        var verdict = Judge(service, Crash(), Crash(), Crash());
        verdict.Outcome.ShouldBe(RolloutOutcome.Failed);
        verdict.Reason.ShouldBe("3 tasks of the deployment stopped by its fault. Container app exited with 137 (killed: out of memory, or it did not stop in time): EssentialContainerExited: boom. "
            + "ECS goes on trying: the service has no circuit breaker.");
    }

    [Fact]
    public void Tasks_that_stopped_for_other_reasons_are_not_counted() =>
        Judge(Service(Primary(Ours, "IN_PROGRESS")), [.. Enumerable.Repeat(Crash() with { IsFault = false }, 10)]).Outcome.ShouldBe(RolloutOutcome.Going);

    [Fact]
    public void An_image_that_cannot_be_pulled_fails_a_deployment_without_breaker_at_once() =>
        Judge(Service(Primary(Ours, "IN_PROGRESS")), Crash() with { IsHopeless = true }).Outcome.ShouldBe(RolloutOutcome.Failed);

    [Fact]
    public void A_breaker_that_counts_is_left_to_roll_back_first_but_not_for_ever()
    {
        var service = WithBreaker(Service(Primary(Ours, "IN_PROGRESS", failed: 3)), rollback: true);
        Judge(service, Crash() with { IsHopeless = true }, Crash(), Crash()).Outcome.ShouldBe(RolloutOutcome.Going);
        Judge(service, [.. Enumerable.Repeat(Crash(), 6)]).Outcome.ShouldBe(RolloutOutcome.Failed);
    }

    [Theory]
    [InlineData("COUNT", 10, 12, RolloutOutcome.Going)]
    [InlineData("COUNT", 1, 4, RolloutOutcome.Failed)]
    [InlineData("BOUNDED_PERCENT", 50, 6, RolloutOutcome.Failed)] // never below 3
    [InlineData("UNBOUNDED_PERCENT", 50, 4, RolloutOutcome.Failed)]
    [InlineData("UNBOUNDED_PERCENT", 1000, 12, RolloutOutcome.Going)]
    internal void A_breaker_is_given_as_many_failures_as_it_is_set_to(string type, int value, int crashes, RolloutOutcome outcome)
    {
        var service = Service(Primary(Ours, "IN_PROGRESS", failed: 1));
        service = service with { DeploymentConfiguration = new(new DeploymentCircuitBreaker(true, true) { ThresholdConfiguration = new(type, value) }, null, null) };
        Judge(service, [.. Enumerable.Repeat(Crash(), crashes)]).Outcome.ShouldBe(outcome);
    }

    [Fact]
    public void A_deployment_that_alarms_failed_is_given_time_to_be_rolled_back()
    {
        var service = Service(Primary(Ours, "FAILED")) with { DeploymentConfiguration = new(null, null, null) { Alarms = new(Enable: true, Rollback: true) } };
        Judge(service, TimeSpan.FromSeconds(1)).Outcome.ShouldBe(RolloutOutcome.Going);
        Judge(service, TimeSpan.FromMinutes(1)).Outcome.ShouldBe(RolloutOutcome.Failed);
    }

    [Fact]
    public void Crashes_after_RUNNING_which_no_breaker_counts_fail_the_deployment() =>
        Judge(WithBreaker(Service(Primary(Ours, "IN_PROGRESS", failed: 0)), rollback: true), Crash(), Crash(), Crash()).Outcome.ShouldBe(RolloutOutcome.Failed);

    [Fact]
    public void A_completed_deployment_is_completed_whatever_stopped_on_the_way() =>
        Judge(Service(Primary(Ours, "COMPLETED")), Crash(), Crash(), Crash()).Outcome.ShouldBe(RolloutOutcome.Completed);

    private static RolloutVerdict Judge(EcsService? service, params TaskStop[] stopped) => Judge(service, TimeSpan.Zero, stopped);

    private static RolloutVerdict Judge(EcsService? service, TimeSpan failedFor, params TaskStop[] stopped) => RolloutVerdict.Of(new()
    {
        DeploymentId = Ours,
        Service = service,
        FormerDeployments = [Former],
        FailedFor = failedFor,
        StoppedTasks = stopped,
        WaitCommand = "Wait-EcsRollout web -Cluster main",
    });

    private static TaskStop Crash() => new(
        new() { TaskArn = "arn:task/1", StopCode = "EssentialContainerExited", Reason = "boom", Container = "app", ExitCode = 137 }, IsFault: true, IsHopeless: false);

    private static EcsService Service(params Deployment[] deployments) =>
        new("arn", "web", "arn:cluster", "ACTIVE", 1, 1, 0, "arn:td/web:1", null, null, deployments, []);

    private static EcsService WithBreaker(EcsService service, bool rollback) =>
        service with { DeploymentConfiguration = new(new DeploymentCircuitBreaker(Enable: true, rollback), null, null) };

    private static Deployment Primary(string id, string? state, int desired = 1, int running = 1, int failed = 0, string? reason = null) =>
        new(id, "PRIMARY", "arn:td/web:1", desired, 0, running, failed, null, null, state, reason);

    private static Deployment Active(string id, string? state, string? reason = null) => Primary(id, state, reason: reason) with { Status = "ACTIVE" };
}
