using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Tasks;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts.Tasks;

public sealed class ReleaseTasksTests : IAsyncLifetime
{
    private const string Group = "family:web";

    private readonly FurnishedSandbox sandbox = new();
    private readonly RecordingObserver observer = new();

    private EcrImage image = null!;

    public async ValueTask InitializeAsync()
    {
        await sandbox.StartAsync();
        await sandbox.WithServiceAsync(desired: 0);
        image = await sandbox.PushAsync("4f2c9e1", "second");
    }

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Fact]
    public async Task It_runs_the_new_image_once_and_leaves_tag_and_family_as_they_were()
    {
        var latest = await LatestAsync();
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = Group, ExitCode = 0, LogLines = ["3 migrations applied"] });

        var (task, error) = await RunAsync();

        error.ShouldBeNull();
        (task.Status, task.ExitCode, task.StopCode, task.TaskDefinition, task.Container).ShouldBe((ReleaseTaskStatus.Succeeded, 0, "EssentialContainerExited", "web:2", "app"));
        (task.Digest, task.ImageUri).ShouldBe((image.Digest, image.ImageUri));
        task.Command.ShouldBe(["npm", "run", "migrate"]);
        task.LogLines.ShouldBe(["3 migrations applied"]);
        task.Duration.ShouldBeGreaterThan(TimeSpan.Zero);
        (await RanAsync(task))["containers"]![0]!["imageDigest"]!.GetValue<string>().ShouldBe(image.Digest);
        (await LatestAsync()).ShouldBe(latest);
        (await NewestAsync()).ShouldBe("1 ACTIVE");
    }

    [Fact]
    public async Task The_plan_says_it_and_changes_nothing()
    {
        var before = sandbox.Calls.Count;

        var task = (await PlanAsync(new())).ToTask();

        task.Status.ShouldBe(ReleaseTaskStatus.Planned);
        task.Reason.ShouldBe($"Runs npm run migrate in container app of web:1 with {Words.Digest(image.Digest!)}, of a revision that is registered for it and deregistered afterwards.");
        sandbox.Calls.Skip(before).Select(call => call.Operation).ShouldAllBe(operation => 
            operation.StartsWith("Describe", StringComparison.Ordinal) || operation.StartsWith("BatchGet", StringComparison.Ordinal) || operation.StartsWith("Get", StringComparison.Ordinal) || operation == "GET layer");
    }

    [Fact]
    public async Task What_its_task_needs_and_is_not_there_stops_it_before_anything_is_registered()
    {
        await sandbox.CallAsync("ecs", "RegisterTaskDefinition", $$$$"""
            {"family":"web","networkMode":"awsvpc","executionRoleArn":"arn:aws:iam::000000000000:role/execution","containerDefinitions":[{"name":"app","image":"{{{{sandbox.Repository}}}}:latest",
              "logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"/ecs/nope"}}}]}
            """);
        await sandbox.CallAsync("ecs", "UpdateService", """{"cluster":"main","service":"web","taskDefinition":"web:2"}""");

        var (task, error) = await RunAsync();

        task.Status.ShouldBe(ReleaseTaskStatus.Failed);
        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.LogGroupNotFound)); // though the service wants no task
        (await NewestAsync()).ShouldBe("2 ACTIVE");
    }

    [Fact]
    public async Task An_exit_code_is_an_error_with_the_last_lines_of_the_log()
    {
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = Group, ExitCode = 1, LogLines = ["no table jobs"] });

        var (task, error) = await RunAsync();

        (task.Status, task.ExitCode).ShouldBe((ReleaseTaskStatus.Failed, 1));
        task.Reason.ShouldBe("Container app exited with 1: EssentialContainerExited: Essential container in task exited.");
        (error!.Id, error.Kind, error.Target).ShouldBe((nameof(Messages.ReleaseTaskFailed), ErrorKind.Failed, "web"));
        error.Message.ShouldEndWith($"{Environment.NewLine}  no table jobs");
        error.RecommendedAction.ShouldContain($"--cluster main --tasks {task.TaskArn!.Split('/')[^1]}");
        observer.Of<TaskStopped>().ShouldHaveSingleItem().Task.LogLines.ShouldBe(["no table jobs"]);
        (await NewestAsync()).ShouldBe("1 ACTIVE");
    }

    [Fact]
    public async Task Environment_variables_go_with_the_command()
    {
        var (task, _) = await RunAsync(new() { Environment = new Dictionary<string, string>(StringComparer.Ordinal) { ["DRY_RUN"] = "1" } });

        (await RanAsync(task))["overrides"]!["containerOverrides"]![0]!.ToJsonString().ShouldBe("""{"name":"app","command":["npm","run","migrate"],"environment":[{"name":"DRY_RUN","value":"1"}]}""");
    }

    [Fact]
    public async Task An_image_that_cannot_be_pulled_is_told_as_that()
    {
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.CannotPull, Target = Group });

        var (task, error) = await RunAsync();

        (task.Status, task.ExitCode, task.StopCode).ShouldBe((ReleaseTaskStatus.Failed, (int?)null, "TaskFailedToStart"));
        error!.Message.ShouldContain("CannotPullContainerError");
    }

    [Fact]
    public async Task A_task_that_cannot_be_placed_is_an_error_that_says_what_is_missing()
    {
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskNotPlaced, Target = Group });

        var (task, error) = await RunAsync();

        (task.Status, task.TaskArn).ShouldBe((ReleaseTaskStatus.Failed, null));
        error!.Id.ShouldBe(nameof(Messages.ReleaseTaskNotPlaced));
        error.Message.ShouldContain("RESOURCE:MEMORY (no container instance has the memory left");
        (await NewestAsync()).ShouldBe("1 ACTIVE");
    }

    [Fact]
    public async Task A_request_whose_answer_is_lost_is_sent_again_and_runs_one_task()
    {
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.DropAnswer, Operation = "RunTask" });

        var (task, _) = await RunAsync();

        task.Status.ShouldBe(ReleaseTaskStatus.Succeeded, task.Reason);
        sandbox.Calls.Count(call => call.Operation == "RunTask").ShouldBe(2);
        (await sandbox.CallAsync("ecs", "ListTasks", """{"cluster":"main","family":"web","desiredStatus":"STOPPED"}""")).Json["taskArns"]!.AsArray().ShouldHaveSingleItem();
    }

    [Fact]
    public async Task When_the_time_runs_out_the_task_goes_on_and_so_does_its_revision_and_both_are_said()
    {
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = Group, Delay = TimeSpan.FromMinutes(10) });

        var (task, error) = await RunAsync(new() { Timeout = TimeSpan.FromMinutes(2) });

        task.Status.ShouldBe(ReleaseTaskStatus.TimedOut);
        task.Duration.ShouldBeInRange(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(2.1));
        (error!.Id, error.Kind).ShouldBe((nameof(Messages.ReleaseTaskNotOver), ErrorKind.Timeout));
        error.RecommendedAction.ShouldContain($"aws ecs wait tasks-stopped --cluster main --tasks {task.TaskArn!.Split('/')[^1]}");
        task.Reason.ShouldBe($"The wait of 2m 0s ran out; the task is RUNNING. {GoesOn(task)}");
        (await NewestAsync()).ShouldBe("2 ACTIVE");
    }

    [Fact]
    public async Task A_wait_that_is_cancelled_says_what_goes_on()
    {
        using var stop = new CancellationTokenSource();
        sandbox.Time.OnWait = _ =>
        {
            if (observer.Of<TaskProgress>().Any(progress => progress.Status == "RUNNING"))
                stop.Cancel();
        };

        await Should.ThrowAsync<OperationCanceledException>(async () => await Tasks.RunAsync([await PlanAsync(new())], new(), stop.Token));

        observer.Of<LeftRunning>().ShouldHaveSingleItem().Message.ShouldMatch(
            @"^Task arn:aws:ecs:\S+ of web goes on\. .*aws ecs stop-task --cluster main --task \w{32}\. .*aws ecs deregister-task-definition --task-definition web:2\.$");
    }

    [Fact]
    public async Task What_is_not_waited_for_goes_on_and_is_said()
    {
        var (task, error) = (await Tasks.RunAsync([await PlanAsync(new())], new() { NoWait = true }, default)).Single();

        (task.Status, error).ShouldBe((ReleaseTaskStatus.InProgress, null));
        task.Reason.ShouldBe($"Runs npm run migrate. {GoesOn(task)}");
        (await NewestAsync()).ShouldBe("2 ACTIVE");
    }

    [Fact]
    public async Task A_task_definition_whose_tag_is_on_the_digest_is_run_as_it_is()
    {
        image = await sandbox.PushAsync("latest", "second");

        var (task, _) = await RunAsync();

        (task.Status, task.TaskDefinition).ShouldBe((ReleaseTaskStatus.Succeeded, "web:1"), task.Reason);
        sandbox.Calls.ShouldNotContain(call => call.Operation == "DeregisterTaskDefinition");
    }

    [Fact]
    public async Task A_pinned_service_s_revision_stays_and_one_that_was_there_before_does_too()
    {
        (await RunAsync(pinDigest: true)).Task.TaskDefinition.ShouldBe("web:2");
        (await NewestAsync()).ShouldBe("2 ACTIVE");

        (await RunAsync()).Task.TaskDefinition.ShouldBe("web:2");
        (await NewestAsync()).ShouldBe("2 ACTIVE");
    }

    [Fact]
    public async Task A_revision_that_may_not_be_deregistered_is_a_warning_and_no_failure()
    {
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.AccessDenied, Operation = "DeregisterTaskDefinition", Count = null });

        (await RunAsync()).Task.Status.ShouldBe(ReleaseTaskStatus.Succeeded);

        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldEndWith("aws ecs deregister-task-definition --task-definition web:2.");
    }

    [Fact]
    public async Task Tasks_that_share_a_revision_share_its_end()
    {
        var plans = new[] { await PlanAsync(new()), await PlanAsync(new()) };

        (await Tasks.RunAsync(plans, new(), default)).ShouldAllBe(result => result.Task.Status == ReleaseTaskStatus.Succeeded && result.Task.TaskDefinition == "web:2");

        sandbox.Calls.Count(call => call.Operation == "RegisterTaskDefinition").ShouldBe(2); // the first is the service's own
        sandbox.Calls.Count(call => call.Operation == "DeregisterTaskDefinition").ShouldBe(1);
    }

    [Fact]
    public async Task Without_an_image_it_runs_what_the_task_definition_names()
    {
        image = null!;

        var (task, _) = await RunAsync();

        (task.Status, task.TaskDefinition, task.Digest).ShouldBe((ReleaseTaskStatus.Succeeded, "web:1", null), task.Reason);
    }

    [Fact]
    public async Task A_container_that_is_not_there_and_a_command_that_is_missing_are_told_before_anything_is_done()
    {
        (await PlanAsync(new() { Container = "nope" })).Problem!.Message.ShouldContain("has no container 'nope'; it has app.");
        (await PlanAsync(new() { Command = [] })).Problem!.Id.ShouldBe(nameof(Messages.ReleaseTaskCommandMissing));
        (await PlanAsync(new(), service: "gone")).Problem!.Id.ShouldBe(nameof(Messages.ServiceNotFound));
    }

    private ReleaseTasks Tasks => new(sandbox.Session, sandbox.Registry, observer, sandbox.Time);

    private static string GoesOn(ReleaseTask task)
    {
        var id = task.TaskArn!.Split('/')[^1];
        return $"Task {task.TaskArn} of web goes on. To look at it: aws ecs describe-tasks --cluster main --tasks {id}; to stop it: aws ecs stop-task --cluster main --task {id}."
            + " Its revision stays registered until somebody says: aws ecs deregister-task-definition --task-definition web:2.";
    }

    private async Task<ReleaseTaskPlan> PlanAsync(Asked asked, string service = "web", bool pinDigest = false)
    {
        var request = new ReleaseTaskRequest(new() { Service = service, Cluster = "main", PinDigest = pinDigest }, image)
        {
            Command = asked.Command,
            Container = asked.Container,
            Environment = asked.Environment,
            Timeout = asked.Timeout,
        };
        return (await Tasks.PlanAsync([request], default)).Single();
    }

    private async Task<ReleaseTaskResult> RunAsync(Asked? asked = null, bool pinDigest = false) =>
        (await Tasks.RunAsync([await PlanAsync(asked ?? new(), pinDigest: pinDigest)], new(), default)).Single();

    private async Task<string?> LatestAsync() => (await sandbox.Registry.FindAsync(sandbox.Repository, "latest", default))!.Digest;

    private async Task<System.Text.Json.Nodes.JsonNode> RanAsync(ReleaseTask task) =>
        (await sandbox.CallAsync("ecs", "DescribeTasks", $$"""{"cluster":"main","tasks":["{{task.TaskArn}}"]}""")).Json["tasks"]![0]!;

    // What the family alone names: its newest active revision.
    private async Task<string> NewestAsync()
    {
        var newest = (await sandbox.CallAsync("ecs", "DescribeTaskDefinition", """{"taskDefinition":"web"}""")).Json["taskDefinition"]!;
        return $"{newest["revision"]} {newest["status"]}";
    }

    private sealed record Asked
    {
        public IReadOnlyList<string> Command { get; init; } = ["npm", "run", "migrate"];

        public string? Container { get; init; }

        public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

        public TimeSpan? Timeout { get; init; }
    }
}
