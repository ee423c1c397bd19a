using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Time.Testing;
using NSubstitute;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Releases;

public sealed class ReleaseRunnerTests
{
    private readonly List<ReleaseEvent> events = [];

    [Fact]
    public async Task A_good_release_goes_through_every_stage_in_order()
    {
        var stages = new ScriptedStages { Terraform = InfrastructureStatus.Planned };

        var release = await RunAsync(stages);

        release.Status.ShouldBe(ReleaseStatus.Succeeded);
        release.Steps.ShouldAllBe(step => step.Status == ReleaseStepStatus.Succeeded);
        stages.Log[0].ShouldBe("apply begins");
        Last(stages, "push", "ends").ShouldBeLessThan(First(stages, "endpoint", "begins"));
        Last(stages, "codebuild", "ends").ShouldBeLessThan(First(stages, "endpoint", "begins"));
        Last(stages, "endpoint", "ends").ShouldBeLessThan(First(stages, "rollout", "begins"));
    }

    [Fact]
    public async Task A_failed_push_lets_the_other_images_end_and_begins_nothing_later()
    {
        var stages = new ScriptedStages { Failing = new HashSet<string> { "push web-ui" } };

        var release = await RunAsync(stages);

        release.Status.ShouldBe(ReleaseStatus.Failed);
        stages.Log.ShouldContain("push media-worker ends");
        stages.Log.ShouldContain("codebuild inference ends");
        stages.Log.ShouldNotContain(line => line.StartsWith("rollout", StringComparison.Ordinal) || line.StartsWith("endpoint", StringComparison.Ordinal));
        release.Steps.Single(step => step.Id == "rollout:web-ui").Status.ShouldBe(ReleaseStepStatus.NotRun);
        release.Reason.ShouldNotBeNullOrEmpty();
        release.NextCommand.ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public async Task An_image_is_built_when_the_one_it_begins_with_is_and_on_CodeBuild_when_that_is_in_ECR()
    {
        var stages = new ScriptedStages
        {
            Images = ["web-ui", "base"], BaseImages = new Dictionary<string, string> { ["web-ui"] = "base", ["inference"] = "base" },
        };

        var release = await RunAsync(stages);

        release.Status.ShouldBe(ReleaseStatus.Succeeded);
        First(stages, "build web-ui", "begins").ShouldBeGreaterThan(First(stages, "build base", "ends"));
        First(stages, "codebuild inference", "begins").ShouldBeGreaterThan(First(stages, "push base", "ends"));
        release.Steps.Single(step => step.Id == "build:web-ui").DependsOn.ShouldBe(["infrastructure", "build:base"]);
        release.Steps.Single(step => step.Id == "build:inference").DependsOn.ShouldBe(["infrastructure", "push:base"]);
    }

    [Fact]
    public async Task What_begins_with_a_failed_image_is_not_built_and_is_not_said_to_have_failed()
    {
        var stages = new ScriptedStages
        {
            Images = ["base", "web-ui", "media-worker"], BaseImages = new Dictionary<string, string> { ["web-ui"] = "base" }, Failing = new HashSet<string> { "build base" },
        };

        var release = await RunAsync(stages);

        release.Status.ShouldBe(ReleaseStatus.Failed);
        stages.Log.ShouldNotContain("build web-ui begins");
        stages.Log.ShouldContain("push media-worker ends");
        release.Steps.Single(step => step.Id == "build:web-ui").Status.ShouldBe(ReleaseStepStatus.NotRun);
        release.Reason.ShouldNotBeNull().ShouldStartWith("build:base");
    }

    [Fact]
    public async Task A_rollout_that_is_not_proven_fails_the_release()
    {
        var stages = new ScriptedStages { Rollouts = new Dictionary<string, RolloutStatus> { ["web-ui"] = RolloutStatus.Mismatch } };

        var release = await RunAsync(stages);

        release.Status.ShouldBe(ReleaseStatus.Failed);
        events.OfType<ItemFailed>().Single().Error.Id.ShouldBe("RolloutFailed");
    }

    [Fact]
    public async Task An_endpoint_that_serves_the_digest_is_said_to_be_unchanged()
    {
        var release = await RunAsync(new ScriptedStages { EndpointServesIt = true });

        release.Steps.Single(step => step.Stage == ReleaseStage.Endpoint).Action.ShouldBe(ReleaseAction.Unchanged);
        release.Status.ShouldBe(ReleaseStatus.Succeeded);
    }

    [Fact]
    public async Task What_only_the_apply_can_tell_is_planned_after_it()
    {
        var stages = new ScriptedStages { Terraform = InfrastructureStatus.Planned, PlansThatFail = 1 };

        var release = await RunAsync(stages);

        release.Status.ShouldBe(ReleaseStatus.Succeeded);
        events.OfType<PlanMade>().Select(made => made.Plan.Steps.Count).ShouldBe([1, 9]);
    }

    [Fact]
    public async Task A_fresh_checkout_is_planned_after_an_apply_that_only_writes_the_env_file()
    {
        var stages = new ScriptedStages { Terraform = InfrastructureStatus.Unchanged, PlansThatFail = 1, PlanFailure = "EnvFileNotFound" };

        (await RunAsync(stages)).Status.ShouldBe(ReleaseStatus.Succeeded);
    }

    [Fact]
    public async Task What_AWS_does_not_have_is_not_hoped_for_from_an_apply_that_changes_nothing()
    {
        var stages = new ScriptedStages { Terraform = InfrastructureStatus.Unchanged, PlansThatFail = 1 };

        await Should.ThrowAsync<Errors.ReleaseException>(() => RunAsync(stages));
        stages.Log.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_task_definition_lacks_a_pending_apply_may_bring()
    {
        var stages = new ScriptedStages { Terraform = InfrastructureStatus.Planned, PlansThatFail = 1, PlanFailure = "ServicesNotReady" };

        (await RunAsync(stages)).Status.ShouldBe(ReleaseStatus.Succeeded);
    }

    [Fact]
    public async Task What_no_apply_can_cure_is_an_error_before_it()
    {
        var stages = new ScriptedStages { Terraform = InfrastructureStatus.Planned, PlansThatFail = 1, PlanFailure = "DockerEngineUnreachable" };

        await Should.ThrowAsync<Errors.ReleaseException>(() => RunAsync(stages));
        stages.Log.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_stop_says_how_far_it_came_and_how_to_go_on()
    {
        await Should.ThrowAsync<OperationCanceledException>(() => RunAsync(new ScriptedStages { StopsIn = "endpoint" }));

        events.OfType<LeftRunning>().ShouldHaveSingleItem().Message.ShouldBe(
            "The release stopped with 6 of 9 steps done, in the middle of endpoint:endpoint. To go on: Invoke-FullRelease");
    }

    [Fact]
    public async Task The_record_names_the_step_that_failed_first()
    {
        var release = await RunAsync(new ScriptedStages { Failing = new HashSet<string> { "push web-ui" } });

        release.Reason.ShouldStartWith("push:web-ui: ");
        release.NextCommand.ShouldEndWith("Invoke-FullRelease");
    }

    [Fact]
    public async Task Without_an_apply_what_is_wrong_is_an_error_before_anything_is_changed()
    {
        var stages = new ScriptedStages { PlansThatFail = 1 };

        var error = await Should.ThrowAsync<Errors.ReleaseException>(() => RunAsync(stages));

        error.Id.ShouldBe("ServiceNotFound");
        stages.Log.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_plan_that_fails_after_the_apply_ends_the_release_with_what_was_applied()
    {
        var release = await RunAsync(new ScriptedStages { Terraform = InfrastructureStatus.Planned, PlansThatFail = 2 });

        release.Status.ShouldBe(ReleaseStatus.Failed);
        release.Infrastructure!.Status.ShouldBe(InfrastructureStatus.Applied);
    }

    [Fact]
    public void The_order_holds_whatever_fails_and_in_whatever_turn()
    {
        var works = new[] { "apply", "build web-ui", "build media-worker", "push web-ui", "push media-worker", "codebuild inference", "endpoint", "rollout web-ui" };
        var property = Prop.ForAll(
            Gen.SubListOf(works).Zip(Gen.Choose(0, int.MaxValue - 1)).Zip(Gen.Elements(InfrastructureStatus.Skipped, InfrastructureStatus.Unchanged, InfrastructureStatus.Planned)).ToArbitrary(),
            drawn =>
            {
                var ((failing, seed), terraform) = drawn;
                var stages = new ScriptedStages { Failing = failing.ToHashSet(StringComparer.Ordinal), Turns = new Random(seed), Terraform = terraform };
                var release = new ReleaseRunner(stages, NullObserver.Instance, new FakeTimeProvider()).RunAsync(CancellationToken.None).GetAwaiter().GetResult();
                Invariants(stages, release);
            });
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000), property);
    }

    private static void Invariants(ScriptedStages stages, Release release)
    {
        var log = stages.Log.ToList();
        log.Count.ShouldBe(log.Distinct(StringComparer.Ordinal).Count(), "no step runs twice");
        var rollout = log.FindIndex(line => line.StartsWith("rollout", StringComparison.Ordinal));
        if (rollout >= 0)
        {
            foreach (var before in new[] { "push web-ui ends", "push media-worker ends", "codebuild inference ends", "endpoint ends" })
                log.IndexOf(before).ShouldBeInRange(0, rollout, $"'{before}' comes before any rollout");
        }

        var failed = stages.Failing.Any(work => log.Contains($"{work} begins"));
        (release.Status == ReleaseStatus.Succeeded).ShouldBe(!failed, "a release succeeds when nothing of it failed");
        if (failed)
        {
            release.Reason.ShouldNotBeNullOrEmpty();
            release.NextCommand.ShouldNotBeNullOrEmpty();
            release.Steps.ShouldContain(step => step.Status == ReleaseStepStatus.Failed);
        }

        release.Steps.ShouldAllBe(step => step.Status != ReleaseStepStatus.Pending && step.Status != ReleaseStepStatus.Running);
    }

    private static int First(ScriptedStages stages, string work, string what) => stages.Log.ToList().FindIndex(line => Is(line, work, what));

    private static int Last(ScriptedStages stages, string work, string what) => stages.Log.ToList().FindLastIndex(line => Is(line, work, what));

    private static bool Is(string line, string work, string what) => line.StartsWith(work, StringComparison.Ordinal) && line.EndsWith(what, StringComparison.Ordinal);

    private Task<Release> RunAsync(ScriptedStages stages)
    {
        var observer = Substitute.For<IReleaseObserver>();
        observer.When(it => it.Report(Arg.Any<ReleaseEvent>())).Do(call =>
        {
            lock (events)
                events.Add((ReleaseEvent)call[0]);
        });
        return new ReleaseRunner(stages, observer, new FakeTimeProvider()).RunAsync(CancellationToken.None);
    }
}
