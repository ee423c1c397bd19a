using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class RolloutWavesTests
{
    private readonly ScriptedEcs ecs = new();

    [Fact]
    public async Task Without_an_order_all_are_one_wave() =>
        Names(RolloutWaves.Of(await ecs.PlanAsync(Service("a"), Service("b", "not-asked-for")))).ShouldBe(["a b"]);

    [Fact]
    public async Task A_service_is_in_the_first_wave_after_all_that_it_comes_after() =>
        Names(RolloutWaves.Of(await ecs.PlanAsync(Service("d", "c", "a"), Service("c", "b"), Service("b"), Service("a")))).ShouldBe(["b a", "c", "d"]);

    [Fact]
    public async Task A_circle_of_services_made_by_hand_ends() =>
        RolloutWaves.Of(await ecs.PlanAsync(Service("a", "b"), Service("b", "a"))).SelectMany(wave => wave).Count().ShouldBe(2);

    [Fact]
    public async Task The_next_wave_begins_when_the_former_is_proven()
    {
        var results = await RolloutAsync(new(), Service("worker", "web"), Service("web"));

        results.ShouldAllBe(result => result.Rollout.Status == RolloutStatus.Verified);
        var operations = ecs.Aws.Calls.Where(call => call.Operation is "UpdateService" or "DescribeTasks").Select(call => $"{call.Operation} {call.Request["service"]}".Trim());
        operations.ShouldBe(["UpdateService web", "DescribeTasks", "UpdateService worker", "DescribeTasks"]);
    }

    [Fact]
    public async Task What_comes_after_a_service_that_failed_is_not_touched_and_says_so_and_the_others_go_on()
    {
        ecs.Failing = ["web"];

        var results = await RolloutAsync(new(), Service("web"), Service("worker", "web"), Service("last", "worker"), Service("other"), Service("after-other", "other"));

        results.Select(result => result.Rollout.Status).ShouldBe([RolloutStatus.Failed, RolloutStatus.NotRun, RolloutStatus.NotRun, RolloutStatus.Verified, RolloutStatus.Verified]);
        results[1].Error!.Id.ShouldBe(nameof(Messages.ServiceBeforeNotHealthy));
        results[1].Rollout.Reason.ShouldBe("Service 'worker' was not touched: it comes after 'web', whose rollout failed.");
        results[2].Rollout.Reason!.ShouldContain("it comes after 'worker', whose rollout was not begun");
        ecs.Aws.RequestsOf("UpdateService").Select(request => (string)request["service"]!).Order().ShouldBe(["after-other", "other", "web"]);
    }

    [Fact]
    public async Task Without_waiting_only_the_last_wave_is_not_waited_for() =>
        (await RolloutAsync(new() { NoWait = true }, Service("web"), Service("worker", "web")))
            .Select(result => result.Rollout.Status).ShouldBe([RolloutStatus.Verified, RolloutStatus.InProgress]);

    [Fact]
    public async Task A_tag_that_a_former_wave_deployed_stays_when_a_later_one_is_refused()
    {
        ecs.Refusing = ["worker"];

        var results = await RolloutAsync(new(), Service("web"), Service("worker", "web"));

        results.Select(result => result.Rollout.Status).ShouldBe([RolloutStatus.Verified, RolloutStatus.Failed]);
        ecs.Registry.DigestOf(ScriptedEcs.Repository, "latest").ShouldBe(ScriptedEcs.New);
    }

    private async Task<IReadOnlyList<RolloutResult>> RolloutAsync(RolloutOptions options, params ReleaseService[] services) =>
        await ecs.Rollouts.RolloutAsync(await ecs.PlanAsync(services), options, default);

    private static ReleaseService Service(string name, params string[] after) => new() { Service = name, Cluster = "main", DefinedAs = name, After = after };

    private static IEnumerable<string> Names(IReadOnlyList<IReadOnlyList<RolloutPlan>> waves) => waves.Select(wave => string.Join(' ', wave.Select(plan => plan.Service.Service)));
}
