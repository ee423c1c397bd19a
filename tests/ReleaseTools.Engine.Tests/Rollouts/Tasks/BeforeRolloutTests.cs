using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Rollouts.Undo;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts.Tasks;

public sealed class BeforeRolloutTests : IAsyncLifetime
{
    private static readonly BeforeRolloutTask Migrate = new() { Command = ["npm", "run", "migrate"] };

    private readonly FurnishedSandbox sandbox = new();
    private readonly RecordingObserver observer = new();

    private EcrImage image = null!;

    public async ValueTask InitializeAsync()
    {
        await sandbox.StartAsync();
        await sandbox.WithServicesAsync(["web", "worker", "other"]);
        image = await sandbox.PushAsync("4f2c9e1", "second");
    }

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Fact]
    public async Task The_task_runs_to_its_end_before_the_deployment_begins()
    {
        var result = (await RolloutAsync(Web())).Single();

        result.Rollout.Status.ShouldBe(RolloutStatus.Verified, result.Rollout.Reason);
        (result.Rollout.BeforeRollout!.Status, result.Rollout.BeforeRollout.Digest).ShouldBe((ReleaseTaskStatus.Succeeded, image.Digest));
        Changes().ShouldBe(["RegisterTaskDefinition", "RunTask", "DeregisterTaskDefinition", "PutImage", "UpdateService"]);
    }

    [Fact]
    public async Task The_plan_says_that_it_runs_first() =>
        (await PlanAsync(Web())).Single().ToRollout().Reason.ShouldBe($"Runs npm run migrate first. Deploys {Engine.Reporting.Words.Digest(image.Digest!)}, once the tag latest is on it.");

    [Fact]
    public async Task A_task_that_fails_leaves_its_service_and_those_after_it_and_the_tag_alone_and_the_others_go_on()
    {
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = "family:web", ExitCode = 1, LogLines = ["no table"] });
        var latest = await LatestAsync();

        // Without an image it needs no tag, so that what moves it could only be web's.
        var other = new ReleaseService { Service = "other", Cluster = "main" };
        var plans = new[] { (await PlanAsync(Web())).Single(), (await PlanAsync(Worker())).Single(), (await PlanAsync(other, withImage: false)).Single() };
        var results = await Rollouts.RolloutAsync(plans, new(), default);

        results.Select(result => result.Error?.Id).ShouldBe([nameof(Messages.BeforeRolloutFailed), nameof(Messages.ServiceBeforeNotHealthy), null]);
        results.Select(result => result.Rollout.Status).ShouldBe([RolloutStatus.Failed, RolloutStatus.NotRun, RolloutStatus.Deployed]);
        results[0].Rollout.BeforeRollout!.LogLines.ShouldBe(["no table"]);
        results[0].Error!.Message.ShouldContain("Container app exited with 1");
        results[0].Error!.RecommendedAction.ShouldEndWith("-SkipBeforeRollout.");
        (await LatestAsync()).ShouldBe(latest);
        Changes().ShouldBe(["RegisterTaskDefinition", "RunTask", "DeregisterTaskDefinition", "UpdateService"]);
    }

    [Fact]
    public async Task Tasks_of_a_wave_end_before_any_deployment_of_it_begins()
    {
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = "family:web", ExitCode = 0, Delay = TimeSpan.FromMinutes(2) });

        await RolloutAsync(Web(), new ReleaseService { Service = "other", Cluster = "main", BeforeRollout = Migrate });

        // Which of the two moves their tag is left to chance.
        Changes().Where(operation => operation != "PutImage").ShouldBe(["RegisterTaskDefinition", "RunTask", "RunTask", "DeregisterTaskDefinition", "UpdateService", "UpdateService"]);
        Changes().ToList().IndexOf("PutImage").ShouldBe(4);
    }

    [Fact]
    public async Task A_pinned_rollout_deploys_the_revision_that_its_task_ran()
    {
        var rollout = (await RolloutAsync(Web() with { PinDigest = true })).Single().Rollout;

        (rollout.Status, rollout.TaskDefinition, rollout.BeforeRollout!.TaskDefinition).ShouldBe((RolloutStatus.Verified, "web:2", "web:2"), rollout.Reason);
        Changes().ShouldBe(["RegisterTaskDefinition", "RunTask", "UpdateService"]);
    }

    [Fact]
    public async Task A_revision_that_a_later_wave_deploys_stays()
    {
        var results = await RolloutAsync(Web(), Worker() with { PinDigest = true });

        results.Select(result => result.Rollout.Status).ShouldAllBe(status => status == RolloutStatus.Verified);
        results[1].Rollout.TaskDefinition.ShouldBe("web:2");
        Changes().Count(operation => operation == "RegisterTaskDefinition").ShouldBe(1);
        Changes().ShouldNotContain("DeregisterTaskDefinition");
    }

    [Fact]
    public async Task A_later_wave_s_task_runs_no_revision_that_is_deregistered()
    {
        var results = await RolloutAsync(Web(), Worker() with { BeforeRollout = Migrate });

        results.Select(result => result.Rollout.BeforeRollout!.TaskDefinition).ShouldBe(["web:2", "web:3"]);
        Changes().Count(operation => operation == "DeregisterTaskDefinition").ShouldBe(2);
    }

    [Fact]
    public async Task What_is_joined_had_its_task()
    {
        var pinned = Web() with { PinDigest = true };
        await Rollouts.RolloutAsync(await PlanAsync(pinned), new() { NoWait = true }, default);
        var before = Changes().Count;

        var again = (await RolloutAsync(pinned)).Single();

        again.Rollout.Status.ShouldBe(RolloutStatus.Verified, again.Rollout.Reason);
        again.Rollout.BeforeRollout.ShouldBeNull();
        Changes().Skip(before).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_to_be_joined_and_ended_meanwhile_is_deployed_anew_after_its_task()
    {
        var pinned = Web() with { PinDigest = true };
        await Rollouts.RolloutAsync(await PlanAsync(pinned), new() { NoWait = true }, default);
        var plans = await PlanAsync(pinned);
        plans.Single().Joins.ShouldNotBeNull();
        sandbox.Time.Advance(TimeSpan.FromMinutes(10));
        var before = Changes().Count;

        var rollout = (await Rollouts.RolloutAsync(plans, new(), default)).Single().Rollout;

        (rollout.Status, rollout.BeforeRollout?.Status).ShouldBe((RolloutStatus.Verified, ReleaseTaskStatus.Succeeded), rollout.Reason);
        Changes().Skip(before).ShouldBe(["RunTask", "UpdateService"]);
    }

    [Fact]
    public async Task A_restart_without_a_new_image_runs_no_task()
    {
        var plans = await PlanAsync(Web(), withImage: false);

        (await Rollouts.RolloutAsync(plans, new(), default)).Single().Rollout.Status.ShouldBe(RolloutStatus.Deployed);

        Changes().ShouldBe(["UpdateService"]);
    }

    [Fact]
    public async Task Undoing_a_rollout_runs_no_task()
    {
        sandbox.Faults.Add(new() { Kind = SandboxFaultKind.TaskCrash, Target = "web", Count = 3 });
        var plans = await PlanAsync(Web());
        var failed = await Rollouts.RolloutAsync(plans, new(), default);

        var undone = await new RollbackOnFailure(sandbox.Session, sandbox.Registry, observer, sandbox.Time, Rollouts).RolloutAsync(plans, new(), _ => Task.FromResult(failed), default);

        undone.Single().Rollout.Status.ShouldBe(RolloutStatus.RolledBack, undone.Single().Rollout.Reason);
        Changes().Count(operation => operation == "RunTask").ShouldBe(1);
    }

    [Fact]
    public async Task A_container_that_is_not_there_is_told_before_anything_is_done()
    {
        var plan = (await PlanAsync(Web() with { BeforeRollout = Migrate with { Container = "nope" } })).Single();

        plan.Problem!.Id.ShouldBe(nameof(Messages.ReleaseTaskContainerNotFound));
    }

    private EcsRollouts Rollouts => new(sandbox.Session, sandbox.Registry, observer, sandbox.Time);

    private static ReleaseService Web() => new() { Service = "web", Cluster = "main", DefinedAs = "web", BeforeRollout = Migrate };

    private static ReleaseService Worker() => new() { Service = "worker", Cluster = "main", DefinedAs = "worker", After = ["web"] };

    private Task<IReadOnlyList<RolloutPlan>> PlanAsync(ReleaseService service, bool withImage = true) => PlanAsync([service], withImage);

    private Task<IReadOnlyList<RolloutPlan>> PlanAsync(IReadOnlyList<ReleaseService> services, bool withImage = true) =>
        Rollouts.PlanAsync(services, services.Where(_ => withImage).ToDictionary(service => service.Service, _ => image, StringComparer.Ordinal), default);

    private async Task<IReadOnlyList<RolloutResult>> RolloutAsync(params ReleaseService[] services) =>
        await Rollouts.RolloutAsync(await PlanAsync(services), new(), default);

    private async Task<string?> LatestAsync() => (await sandbox.Registry.FindAsync(sandbox.Repository, "latest", default))!.Digest;

    // What the Engine changed: what furnished the sandbox came before the push of the new image.
    private IReadOnlyList<string> Changes() =>
    [
        .. sandbox.Calls.SkipWhile(call => call.Operation != "CreateService").Select(call => call.Operation)
            .Where(operation => operation is "RegisterTaskDefinition" or "DeregisterTaskDefinition" or "RunTask" or "UpdateService" or "PutImage"),
    ];
}
