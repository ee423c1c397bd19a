using System.Management.Automation;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Tests.Hosting;

public sealed class CommandObserverTests : IDisposable
{
    private readonly WorkSession session = new();

    public void Dispose() => session.Dispose();

    [Theory]
    [InlineData("VERBOSE: web-ui: cache hit")]
    [InlineData("WARNING: web-ui: no inputs")]
    [InlineData("DEBUG: web-ui: credentials from profile x")]
    [InlineData("web-ui: built on CodeBuild")]
    public void What_is_said_goes_to_the_stream_it_is_for(string line)
    {
        Report(
            "$VerbosePreference = $DebugPreference = 'Continue'; Invoke-Work $args[0]",
            new Noted("web-ui", "cache hit"),
            new Warned("web-ui", "no inputs"),
            new Traced("web-ui", "credentials from profile x"),
            new Announced("web-ui", "built on CodeBuild"));

        session.Host.Lines.ShouldContain(line);
    }

    [Fact]
    public void A_step_stands_under_its_release_and_shows_how_far_its_image_is()
    {
        var step = new ReleaseStep { Id = "push:web-ui", Stage = ReleaseStage.Push, Name = "web-ui", Action = ReleaseAction.Push };
        var clock = new FakeTimeProvider();
        Run(clock, observer =>
        {
            observer.Report(new PlanMade("shop", new ReleasePlan { Project = "shop", Tag = "4f2c9e1", Steps = [step] }));
            observer.Report(new StepStarted("web-ui", step));
            clock.Advance(TimeSpan.FromSeconds(1));
            observer.Report(new LayerProgress("web-ui", "2fd1", 5_000_000, 20_000_000, "Pushing"));
            observer.Report(new StepFinished("web-ui", step));
        });

        var records = session.Host.Progress.ToList();
        var release = records.First(record => record.Activity == "Release shop 4f2c9e1");
        var push = records.First(record => record.Activity == "Push web-ui" && record.PercentComplete == 25);
        push.ParentActivityId.ShouldBe(release.ActivityId);
        push.StatusDescription.ShouldBe("2fd1 Pushing 5.0 MB of 20.0 MB");
    }

    [Fact]
    public void What_terraform_says_of_its_directory_moves_the_step_that_names_it_otherwise()
    {
        var step = new ReleaseStep { Id = "infrastructure", Stage = ReleaseStage.Infrastructure, Name = "packages/infra", Action = ReleaseAction.Apply };
        var clock = new FakeTimeProvider();
        Run(clock, observer =>
        {
            observer.Report(new StepStarted("infrastructure", step));
            clock.Advance(TimeSpan.FromSeconds(1));
            observer.Report(new TerraformProgress("/w/packages/infra", 1, 4, "terraform_data.one"));
            observer.Report(new StepFinished("infrastructure", step));
        });

        var applying = session.Host.Progress.Where(record => record.Activity.StartsWith("Apply", StringComparison.Ordinal)).ToList();
        applying.ShouldAllBe(record => record.Activity == "Apply packages/infra");
        applying.ShouldContain(record => record.PercentComplete == 25);
        applying[^1].RecordType.ShouldBe(ProgressRecordType.Completed);
    }

    [Theory]
    [InlineData(ReleaseStage.Push, "Push web-ui")]
    [InlineData(ReleaseStage.Build, "Build web-ui")] // CodeBuild puts it into ECR, and it has no other step
    public void The_wait_for_a_scan_is_shown_where_the_image_is_put_into_ECR(ReleaseStage stage, string activity)
    {
        var step = new ReleaseStep { Id = "step", Stage = stage, Name = "web-ui", Action = ReleaseAction.Push };
        var clock = new FakeTimeProvider();
        Run(clock, observer =>
        {
            observer.Report(new StepStarted("web-ui", step));
            clock.Advance(TimeSpan.FromSeconds(1));
            observer.Report(new ScanProgress("web-ui", "IN_PROGRESS", TimeSpan.FromSeconds(72)));
            observer.Report(new StepFinished("web-ui", step));
        });

        session.Host.Progress.Last(record => record.StatusDescription.StartsWith("waiting", StringComparison.Ordinal))
            .ShouldSatisfyAllConditions(record => record.Activity.ShouldBe(activity), record => record.StatusDescription.ShouldBe("waiting for its scan, 1m 12s: IN_PROGRESS"));
        session.Host.Progress.Where(record => record.RecordType == ProgressRecordType.Completed).Select(record => record.Activity).ShouldContain(activity);
    }

    [Fact]
    public void Each_service_has_a_bar_with_its_counts_until_its_rollout_has_ended()
    {
        var clock = new FakeTimeProvider();
        Run(clock, observer =>
        {
            observer.Report(new DeploymentProgress("web-ui", "ecs-svc/1", "IN_PROGRESS", 4, 2, 1, 3, TimeSpan.FromSeconds(9)));
            observer.Report(new DeploymentProgress("worker", "ecs-svc/2", "IN_PROGRESS", 2, 1, 1, 0, TimeSpan.FromSeconds(9)));
            observer.Report(new RolloutEnded("web-ui", new() { Service = "web-ui", Cluster = "main", Status = RolloutStatus.Failed, Reason = "It crashed." }));
            clock.Advance(TimeSpan.FromSeconds(1));
            observer.Report(new DeploymentProgress("worker", "ecs-svc/2", "COMPLETED", 2, 0, 2, 0, TimeSpan.FromSeconds(12)));
        });

        var bars = session.Host.Progress.Select(record => (record.Activity, record.RecordType, record.PercentComplete, record.StatusDescription)).ToList();
        bars[0].ShouldBe(("Roll out web-ui", ProgressRecordType.Processing, 25, "IN_PROGRESS: 1 of 4 running, 2 pending, 3 failed, 9.0s"));
        bars.FindIndex(bar => bar.Activity == "Roll out web-ui" && bar.RecordType == ProgressRecordType.Completed)
            .ShouldBeInRange(0, bars.FindIndex(bar => bar.Activity == "Roll out worker" && bar.PercentComplete == 100));
        session.Host.Lines.ShouldContain("WARNING: web-ui: Failed: It crashed.");
    }

    [Fact]
    public void An_activity_is_drawn_five_times_a_second_at_most()
    {
        var clock = new FakeTimeProvider();
        Run(clock, observer =>
        {
            for (var sent = 0; sent < 1000; sent++)
            {
                observer.Report(new LayerProgress("web-ui", "2fd1", sent, 1000, "Pushing"));
                clock.Advance(TimeSpan.FromMilliseconds(1));
            }
        });

        session.Host.Progress.Count(record => record.RecordType == ProgressRecordType.Processing).ShouldBe(5);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_activity_is_completed_however_the_work_ends(bool fails)
    {
        using var pipeline = session.Start((command, _) =>
        {
            command.Observer.Report(new DeploymentProgress("web-ui", "ecs-svc/1", "IN_PROGRESS", 2, 1, 1, 0, TimeSpan.FromSeconds(72)));
            command.Observer.Report(new EndpointProgress("video", "Updating", null, TimeSpan.FromSeconds(5)));
            return fails ? throw new InvalidOperationException("no") : Task.CompletedTask;
        });

        if (fails)
            Should.Throw<RuntimeException>(() => pipeline.Invoke());
        else
            pipeline.Invoke();

        var records = session.Host.Progress.ToList();
        records.Where(record => record.RecordType == ProgressRecordType.Completed).Select(record => record.Activity)
            .ShouldBe(["Roll out web-ui", "Update video"], ignoreOrder: true);
        records.First(record => record.Activity == "Roll out web-ui").StatusDescription.ShouldBe("IN_PROGRESS: 1 of 2 running, 1 pending, 0 failed, 1m 12s");
    }

    [Fact]
    public void A_plan_is_shown_before_its_first_step()
    {
        Report("Invoke-Work $args[0]", new PlanMade("shop", new ReleasePlan
        {
            Project = "shop",
            Tag = "4f2c9e1",
            Region = "eu-west-1",
            Steps = [new ReleaseStep { Id = "build:web-ui", Stage = ReleaseStage.Build, Name = "web-ui", Action = ReleaseAction.Reuse, Reason = "same inputs" }],
        }));

        session.Host.Lines.ShouldContain(line => line.Contains("Plan of release shop 4f2c9e1 to eu-west-1", StringComparison.Ordinal) && line.Contains("Reuse   same inputs", StringComparison.Ordinal));
    }

    private void Report(string script, params ReleaseEvent[] events)
    {
        using var pipeline = session.Start(
            (command, _) =>
            {
                Array.ForEach(events, command.Observer.Report);
                return Task.CompletedTask;
            },
            script);
        pipeline.Invoke();
    }

    private void Run(TimeProvider clock, Action<IReleaseObserver> work)
    {
        using var pipeline = session.Start(
            (command, _) =>
            {
                work(command.Observer);
                return Task.CompletedTask;
            },
            clock: clock);
        pipeline.Invoke();
    }
}
