using System.Text.Json.Nodes;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Rollouts.Prechecks;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts.Prechecks;

public sealed class SightingsTests
{
    private readonly ScriptedAws aws = new();
    private readonly RecordingObserver observer = new();
    private readonly JumpingTime time = new();

    private Looking Look => new(observer, time, CancellationToken.None);

    [Fact]
    public async Task Log_groups_of_one_folder_are_read_together()
    {
        HasLogGroups(3, "/ecs/shop/api", "/ecs/shop/web", "/ecs/shop/worker");

        var seen = await LogGroupsAsync("/ecs/shop/web", "/ecs/shop/api", "/ecs/shop/nope");

        Missing(seen).ShouldBe(["/ecs/shop/nope"]);
        aws.RequestsOf("DescribeLogGroups").Select(request => request["logGroupNamePrefix"]!.GetValue<string>()).ShouldBe(["/ecs/shop/", "/ecs/shop/nope"]); // the latter a second time
    }

    [Fact]
    public async Task A_folder_full_of_others_groups_is_not_read_to_its_end()
    {
        HasLogGroups(1, [.. Enumerable.Range(0, 100).Select(number => $"/ecs/{number:000}"), "/ecs/web", "/ecs/a"]);

        var seen = await LogGroupsAsync("/ecs/web", "/ecs/nope", "/ecs/a");

        Missing(seen).ShouldBe(["/ecs/nope"]);
        aws.RequestsOf("DescribeLogGroups").Count().ShouldBe(3 + 3 + 1); // pages given up, then one each, and what is missing again
    }

    [Fact]
    public async Task A_group_whose_name_only_begins_so_is_not_the_one()
    {
        HasLogGroups(50, "/ecs/web-blue");

        (await LogGroupsAsync("/ecs/web"))["/ecs/web"].ShouldBe(Sighting.Missing);
    }

    [Fact]
    public async Task Log_groups_in_different_folders_without_a_slash_are_asked_for_one_by_one()
    {
        HasLogGroups(50, "api", "web");

        (await LogGroupsAsync("api", "web")).Values.ShouldAllBe(sighting => sighting == Sighting.There);
        aws.RequestsOf("DescribeLogGroups").Select(request => request["logGroupNamePrefix"]!.GetValue<string>()).Order(StringComparer.Ordinal).ShouldBe(["api", "web"]);
    }

    [Fact]
    public async Task Parameters_are_asked_for_in_fifties_and_every_page_is_read()
    {
        aws.On("DescribeParameters", request => (string?)request["NextToken"] == "more"
            ? new JsonObject { ["Parameters"] = new JsonArray(new JsonObject { ["Name"] = "p0" }) }
            : new JsonObject { ["Parameters"] = new JsonArray(), ["NextToken"] = "more" });

        var seen = await Look.LookAsync(new ParameterSightings(aws.Session.Ssm), Enumerable.Range(0, 60).Select(number => $"p{number}"), default);

        (seen["p0"], seen["p1"], seen["p59"]).ShouldBe((Sighting.There, Sighting.Missing, Sighting.Missing));
        aws.RequestsOf("DescribeParameters").Where(request => request["NextToken"] is null)
            .Select(request => request["ParameterFilters"]![0]!["Values"]!.AsArray().Count).Order().ShouldBe([9, 10, 50, 50]); // each a second time
    }

    [Fact]
    public async Task What_is_seen_at_the_second_look_is_there()
    {
        aws.InTurn("DescribeSecret", () => throw ScriptedAws.Error("ResourceNotFoundException"), () => JsonNode.Parse("""{"VersionIdsToStages":{"v":["AWSCURRENT"]}}""")!);

        var seen = await Look.LookAsync(new SecretSightings(aws.Session.SecretsManager), ["db", "db"], default);

        seen["db"].ShouldBe(Sighting.There);
        aws.RequestsOf("DescribeSecret").Count().ShouldBe(2);
        time.Passed.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Theory]
    [InlineData("AccessDeniedException")]
    [InlineData("InternalServiceError")]
    public async Task What_cannot_be_looked_at_is_not_missing_and_is_said(string code)
    {
        aws.On("DescribeSecret", _ => throw ScriptedAws.Error(code, "no"));

        var seen = await Look.LookAsync(new SecretSightings(aws.Session.SecretsManager), ["db"], default);

        seen["db"].ShouldBe(Sighting.Unknown);
        time.Passed.ShouldBe(TimeSpan.Zero);
        observer.Of<Noted>().ShouldHaveSingleItem().Subject.ShouldBe("Secret db");
    }

    private Task<IReadOnlyDictionary<string, Sighting>> LogGroupsAsync(params string[] names) => Look.LookAsync(new LogGroupSightings(aws.Session.Logs), names, default);

    private static IEnumerable<string> Missing(IReadOnlyDictionary<string, Sighting> seen) => seen.Where(one => one.Value == Sighting.Missing).Select(one => one.Key);

    private void HasLogGroups(int perPage, params string[] names) => aws.On("DescribeLogGroups", request =>
    {
        var matching = names.Where(name => name.StartsWith((string)request["logGroupNamePrefix"]!, StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        var from = int.Parse((string?)request["nextToken"] ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        return new JsonObject
        {
            ["logGroups"] = new JsonArray([.. matching.Skip(from).Take(perPage).Select(name => new JsonObject { ["logGroupName"] = name })]),
            ["nextToken"] = from + perPage < matching.Count ? $"{from + perPage}" : null,
        };
    });
}
