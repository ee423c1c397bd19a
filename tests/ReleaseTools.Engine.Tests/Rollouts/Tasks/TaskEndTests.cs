using ReleaseTools.Engine.Aws.Ecs;
using ReleaseTools.Engine.Rollouts.Tasks;

namespace ReleaseTools.Engine.Tests.Rollouts.Tasks;

public sealed class TaskEndTests
{
    [Theory]
    [InlineData("STOPPED", "EssentialContainerExited", 0, ReleaseTaskStatus.Succeeded)]
    [InlineData("DEPROVISIONING", "EssentialContainerExited", 0, ReleaseTaskStatus.Succeeded)]
    [InlineData("STOPPED", "EssentialContainerExited", 1, ReleaseTaskStatus.Failed)]
    [InlineData("DEPROVISIONING", "EssentialContainerExited", 137, ReleaseTaskStatus.Failed)]
    [InlineData("STOPPED", "UserInitiated", 0, ReleaseTaskStatus.Failed)]
    [InlineData("STOPPED", "SpotInterruption", 143, ReleaseTaskStatus.Failed)]
    [InlineData("STOPPED", "TaskFailedToStart", null, ReleaseTaskStatus.Failed)]
    [InlineData("STOPPED", null, null, ReleaseTaskStatus.Failed)]
    [InlineData("STOPPING", "EssentialContainerExited", null, null)]
    [InlineData("RUNNING", null, null, null)]
    [InlineData("PROVISIONING", null, null, null)]
    public void The_exit_code_and_the_stop_code_decide(string lastStatus, string? stopCode, int? exitCode, ReleaseTaskStatus? expected) =>
        (TaskEnd.Of(Task(lastStatus, stopCode, new TaskContainer("app", null, null, null, exitCode, null)), "app", ["app"])?.Status).ShouldBe(expected);

    [Fact]
    public void Another_container_s_exit_code_does_not_count()
    {
        var task = Task("STOPPED", "EssentialContainerExited", new TaskContainer("proxy", null, null, null, 143, null), new TaskContainer("app", null, null, null, 0, null));

        TaskEnd.Of(task, "app", Both)!.Status.ShouldBe(ReleaseTaskStatus.Succeeded);
        var other = TaskEnd.Of(task, "proxy", Both)!;
        (other.Status, other.Stop.Task.ExitCode).ShouldBe((ReleaseTaskStatus.Failed, 143));
    }

    [Fact]
    public void What_ended_a_task_that_never_ran_is_told_by_the_container_that_says_why()
    {
        var end = TaskEnd.Of(Task("STOPPED", "TaskFailedToStart", new TaskContainer("app", null, null, null, null, "CannotPullContainerError: no")), "app", ["app"])!;

        end.Stop.Sentence.ShouldBe("Container app stopped: TaskFailedToStart: ECS stopped it; CannotPullContainerError: no.");
    }

    [Theory]
    [InlineData(137, "OutOfMemoryError: Container killed due to memory usage", "Container proxy exited with 137")]
    [InlineData(1, null, "Container proxy exited with 1")]
    [InlineData(139, null, "Container proxy exited with 139")]
    [InlineData(null, "HealthCheck failed", "Container proxy stopped")]
    public void An_essential_container_that_ended_by_itself_may_have_had_the_command_stopped_in_the_middle(int? exitCode, string? reason, string said)
    {
        var end = TaskEnd.Of(Ended(exitCode, reason), "app", Both)!;

        (end.Status, end.Stop.Task.Container, end.Stop.Task.ExitCode).ShouldBe((ReleaseTaskStatus.Failed, "app", 0));
        end.Sentence.ShouldStartWith("Container app exited with 0, but it may have been stopped before it was done.");
        end.Sentence.ShouldContain(said);
    }

    [Theory]
    [InlineData(null)] // it is still stopping
    [InlineData(0)]
    [InlineData(143)]
    [InlineData(137)] // ECS kills what does not stop in time
    public void One_that_ECS_stopped_after_the_command_had_ended_is_no_doubt(int? exitCode) =>
        TaskEnd.Of(Ended(exitCode, reason: null), "app", Both)!.Status.ShouldBe(ReleaseTaskStatus.Succeeded);

    [Fact]
    public void One_that_is_not_essential_stops_nothing() =>
        TaskEnd.Of(Ended(1, reason: null), "app", ["app"])!.Status.ShouldBe(ReleaseTaskStatus.Succeeded);

    private static readonly string[] Both = ["app", "proxy"];

    private static EcsTask Ended(int? exitCode, string? reason) =>
        Task("STOPPED", "EssentialContainerExited", new TaskContainer("app", null, null, null, 0, null), new TaskContainer("proxy", null, null, null, exitCode, reason));

    private static EcsTask Task(string lastStatus, string? stopCode, params TaskContainer[] containers) =>
        new("arn:task/1", "arn:web:1", lastStatus, "STOPPED", "me", "family:web", stopCode, stopCode is null ? null : "ECS stopped it", null, null, containers);
}
