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
        (TaskEnd.Of(Task(lastStatus, stopCode, new TaskContainer("app", null, null, null, exitCode, null)), "app")?.Status).ShouldBe(expected);

    [Fact]
    public void Another_container_s_exit_code_does_not_count()
    {
        var task = Task("STOPPED", "EssentialContainerExited", new TaskContainer("log", null, null, null, 143, null), new TaskContainer("app", null, null, null, 0, null));

        TaskEnd.Of(task, "app")!.Status.ShouldBe(ReleaseTaskStatus.Succeeded);
        var other = TaskEnd.Of(task, "log")!;
        (other.Status, other.Stop.Task.ExitCode).ShouldBe((ReleaseTaskStatus.Failed, 143));
    }

    [Fact]
    public void What_ended_a_task_that_never_ran_is_told_by_the_container_that_says_why()
    {
        var end = TaskEnd.Of(Task("STOPPED", "TaskFailedToStart", new TaskContainer("app", null, null, null, null, "CannotPullContainerError: no")), "app")!;

        end.Stop.Sentence.ShouldBe("Container app stopped: TaskFailedToStart: ECS stopped it; CannotPullContainerError: no.");
    }

    private static EcsTask Task(string lastStatus, string? stopCode, params TaskContainer[] containers) =>
        new("arn:task/1", "arn:web:1", lastStatus, "STOPPED", "me", "family:web", stopCode, stopCode is null ? null : "ECS stopped it", null, null, containers);
}
