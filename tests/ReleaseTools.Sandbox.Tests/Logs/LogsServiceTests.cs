using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Sandbox.Logs;

namespace ReleaseTools.Sandbox.Tests.Logs;

public sealed class LogsServiceTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly LogsService logs = new(new SandboxWorld(new SandboxOptions { Clock = new FakeTimeProvider(Start) }));

    [Fact]
    public void Events_are_read_from_the_head_in_pages_until_the_token_stays_the_same()
    {
        logs.Append("g", "s", Start, "1", "2", "3");

        var first = Get("""{ "logGroupName": "g", "logStreamName": "s", "startFromHead": true, "limit": 2 }""");
        Messages(first).ShouldBe(["1", "2"]);
        var second = After(first, "nextForwardToken");
        Messages(second).ShouldBe(["3"]);
        var third = After(second, "nextForwardToken");
        Messages(third).ShouldBeEmpty();
        third["nextForwardToken"]!.GetValue<string>().ShouldBe(second["nextForwardToken"]!.GetValue<string>());

        logs.Append("g", "s", Start.AddSeconds(1), "4");
        Messages(After(third, "nextForwardToken")).ShouldBe(["4"]);
    }

    [Fact]
    public void Without_startFromHead_the_newest_events_come_and_older_ones_lie_backward()
    {
        logs.Append("g", "s", Start, "1", "2", "3");

        var newest = Get("""{ "logGroupName": "g", "logStreamName": "s", "limit": 2 }""");

        Messages(newest).ShouldBe(["2", "3"]);
        Messages(After(newest, "nextBackwardToken")).ShouldBe(["1"]);
    }

    [Fact]
    public void A_page_holds_a_megabyte()
    {
        logs.Append("g", "s", Start, [.. Enumerable.Repeat(new string('x', 300_000), 5)]);

        Messages(Get("""{ "logGroupName": "g", "logStreamName": "s", "startFromHead": true }""")).Count.ShouldBe(3);
    }

    [Fact]
    public void Events_are_put_all_or_none()
    {
        Invoke("CreateLogGroup", """{ "logGroupName": "g" }""");
        Invoke("CreateLogStream", """{ "logGroupName": "g", "logStreamName": "s" }""");

        Should.Throw<SandboxException>(() => Invoke("PutLogEvents", """{ "logGroupName": "g", "logStreamName": "s", "logEvents": [{ "timestamp": 1, "message": "a" }, { "timestamp": 2 }] }"""));

        Messages(Get("""{ "logGroupName": "g", "logStreamName": "s" }""")).ShouldBeEmpty();
    }

    [Fact]
    public void Events_put_out_of_order_are_read_in_the_order_of_their_time()
    {
        Invoke("CreateLogGroup", """{ "logGroupName": "g" }""");
        Invoke("CreateLogStream", """{ "logGroupName": "g", "logStreamName": "s" }""");
        Invoke("PutLogEvents", """{ "logGroupName": "g", "logStreamName": "s", "logEvents": [{ "timestamp": 2, "message": "b" }, { "timestamp": 1, "message": "a" }] }""");

        Messages(Get("""{ "logGroupName": "g", "logStreamName": "s" }""")).ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData("""{ "logGroupName": "none", "logStreamName": "s" }""", "The specified log group does not exist.")]
    [InlineData("""{ "logGroupName": "g", "logStreamName": "none" }""", "The specified log stream does not exist.")]
    public void What_is_not_there_is_not_found(string request, string message)
    {
        logs.Append("g", "s", Start, "1");

        var refusal = Should.Throw<SandboxException>(() => Get(request));

        refusal.Code.ShouldBe("ResourceNotFoundException");
        refusal.Message.ShouldBe(message);
    }

    [Fact]
    public void Streams_are_listed_newest_first_when_asked_in_pages()
    {
        logs.Append("g", "early", Start, "1");
        logs.Append("g", "late", Start.AddSeconds(1), "1");

        var page = Invoke("DescribeLogStreams", """{ "logGroupName": "g", "orderBy": "LastEventTime", "descending": true, "limit": 1 }""");

        page["logStreams"]![0]!["logStreamName"]!.GetValue<string>().ShouldBe("late");
        page["nextToken"].ShouldNotBeNull();
    }

    private JsonObject Invoke(string operation, string request) => logs.Invoke(operation, JsonNode.Parse(request)!.AsObject());

    private JsonObject Get(string request) => Invoke("GetLogEvents", request);

    private JsonObject After(JsonObject page, string token) =>
        Get($$"""{ "logGroupName": "g", "logStreamName": "s", "nextToken": "{{page[token]}}", "limit": 2 }""");

    private static IReadOnlyList<string> Messages(JsonObject page) => [.. page["events"]!.AsArray().Select(line => line!["message"]!.GetValue<string>())];
}
