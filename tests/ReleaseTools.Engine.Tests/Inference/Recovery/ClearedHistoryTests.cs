using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Inference.Recovery.Histories;
using ReleaseTools.Engine.Inference.Recovery.Recreations;

namespace ReleaseTools.Engine.Tests.Inference.Recovery;

public sealed class ClearedHistoryTests
{
    private static readonly DateTimeOffset Day = new(2026, 5, 4, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_newest_releases_stay_and_what_is_older_goes_with_its_models_after_it() =>
        Names(Facts(6, inUse: ["c6"]), keep: 3).ShouldBe(["c1", "c2", "c3", "m1", "m2", "m3"]);

    [Fact]
    public void A_release_stays_with_all_of_its_attempts()
    {
        var facts = Facts(4, inUse: ["c4"]);
        facts = facts with { Configs = [.. facts.Configs, Config(5, release: 4), Config(6, release: 4)] };
        Names(facts, keep: 1).ShouldBe(["c1", "c2", "c3", "m1", "m2", "m3"]);
    }

    [Fact]
    public void What_any_endpoint_is_on_stays_and_its_models() =>
        Names(Facts(5, inUse: ["c5", "c1"]), keep: 1).ShouldBe(["c2", "c3", "m2", "m3"]);

    [Fact]
    public void The_last_that_was_good_stays_for_a_restore() => Names(Facts(5, inUse: ["c5"]), keep: 1).ShouldNotContain("c4");

    [Fact]
    public void While_the_endpoint_is_not_healthy_all_that_was_good_stays() =>
        Names(Facts(5, inUse: ["c5"]) with { IsHealthy = false }, keep: 1).ShouldBeEmpty();

    [Fact]
    public void A_model_that_somebody_else_s_configuration_names_stays()
    {
        var facts = Facts(5, inUse: ["c5"]);
        facts = facts with { ModelsOf = new Dictionary<string, IReadOnlyList<string>>(facts.ModelsOf) { ["terraform"] = ["m1"] } };
        Names(facts, keep: 1).ShouldBe(["c1", "c2", "c3", "m2", "m3"]);
    }

    [Fact]
    public void A_model_whose_configuration_is_about_to_be_made_stays_as_the_newest_release()
    {
        var facts = Facts(4, inUse: ["c4"]);
        facts = facts with { Models = [.. facts.Models, new("m9", Day.AddDays(9), "r9")] };
        Names(facts, keep: 1).ShouldNotContain("m9");
    }

    [Fact]
    public void A_model_that_was_left_behind_by_a_clean_up_goes()
    {
        var facts = Facts(4, inUse: ["c4"]);
        facts = facts with { Models = [.. facts.Models, new("m0", Day.AddDays(-9), "r0")] };
        Names(facts, keep: 4).ShouldBe(["m0"]);
    }

    [Fact]
    public void A_configuration_on_which_a_re_creation_was_begun_stays()
    {
        var facts = Facts(5, inUse: ["c5"]);
        var marked = RecreationMarker.Of(new() { EndpointName = "stereo", EndpointConfigName = "c1", Begun = Day }, []);
        facts = facts with { Configs = [.. facts.Configs.Select(config => config.Name == "c1" ? config with { Tags = [.. config.Tags, .. marked] } : config)] };
        Names(facts, keep: 1).ShouldBe(["c2", "c3", "m2", "m3"]);
    }

    private static IReadOnlyList<string> Names(HistoryFacts facts, int keep) => [.. ClearedHistory.Of(facts, keep).Select(item => item.Name)];

    // Configurations c1, c2, … of models m1, m2, … and releases r1, r2, …, each made a day after the one before, which was good.
    private static HistoryFacts Facts(int count, IReadOnlyList<string> inUse) => new()
    {
        EndpointName = "stereo",
        IsHealthy = true,
        Configs = [.. Enumerable.Range(1, count).Select(number => Config(number, number))],
        Models = [.. Enumerable.Range(1, count).Select(number => new HistoricModel($"m{number}", Day.AddDays(number), $"r{number}"))],
        ConfigsInUse = inUse.ToHashSet(StringComparer.Ordinal),
        ModelsOf = Enumerable.Range(1, count).ToDictionary(number => $"c{number}", number => (IReadOnlyList<string>)[$"m{number}"], StringComparer.Ordinal),
    };

    private static HistoricConfig Config(int number, int release) => new(
        $"c{number}", $"arn:c{number}", Day.AddDays(number),
        [new Tag(EndpointTags.Endpoint, "stereo"), new(EndpointTags.Release, $"r{release}"), new(EndpointTags.PreviousConfig, $"c{number - 1}")]);
}
