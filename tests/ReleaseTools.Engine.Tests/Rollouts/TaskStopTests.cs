using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class TaskStopTests
{
    [Theory]
    [InlineData("TaskFailedToStart", true)]
    [InlineData("EssentialContainerExited", true)]
    [InlineData("UserInitiated", false)]
    [InlineData("ServiceSchedulerInitiated", false)]
    [InlineData("SpotInterruption", false)]
    [InlineData("TerminationNotice", false)]
    [InlineData(null, false)]
    public void Only_two_stop_codes_are_the_deployment_s_fault(string? code, bool fault) => TaskStop.Of(Task(code, "Stopped")).IsFault.ShouldBe(fault);

    [Fact]
    public void A_task_that_its_load_balancer_found_unhealthy_is_the_deployment_s_fault() =>
        TaskStop.Of(Task("ServiceSchedulerInitiated", "Task failed ELB health checks in (target-group arn:tg)")).IsFault.ShouldBeTrue();

    [Theory]
    [InlineData("CannotPullContainerError: pull image manifest has been retried 1 time(s)")]
    [InlineData("ResourceInitializationError: unable to pull secrets")]
    public void What_the_next_task_would_meet_too_is_hopeless(string reason) => TaskStop.Of(Task("TaskFailedToStart", reason)).IsHopeless.ShouldBeTrue();

    [Fact]
    public void The_reason_is_gathered_from_the_task_and_its_containers_each_part_once()
    {
        var stop = TaskStop.Of(Task(
            "EssentialContainerExited", "Essential container in task exited",
            new("proxy", null, null, "STOPPED", 0, null), new("app", null, null, "STOPPED", 137, "OutOfMemoryError: Container killed due to memory usage")));
        stop.Task.Container.ShouldBe("app");
        stop.Task.ExitCode.ShouldBe(137);
        stop.Task.Reason.ShouldBe("Essential container in task exited; OutOfMemoryError: Container killed due to memory usage");
    }

    private static EcsTask Task(string? code, string reason, params TaskContainer[] containers) =>
        new("arn:aws:ecs:eu-west-1:1:task/c/1", null, "STOPPED", "STOPPED", "ecs-svc/2", null, code, reason, null, null, containers);
}
