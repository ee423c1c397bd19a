using System.Text.Json.Nodes;
using ReleaseTools.Engine.Inference.Builds;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Inference.Builds;

public sealed class LogTailTests
{
    private readonly ScriptedAws aws = new();
    private readonly List<string> lines = [];

    [Fact]
    public async Task Each_line_comes_once_and_in_order_over_empty_pages_and_repeated_tokens()
    {
        var pages = new Dictionary<string, (string[] Lines, string Next)>
        {
            [""] = (["one\n", "two\n"], "a"), ["a"] = ([], "b"), ["b"] = (["three\nfour\n"], "c"), ["c"] = ([], "c"),
        };
        aws.On("GetLogEvents", request => Page(pages[(string?)request["nextToken"] ?? ""]));
        var tail = new LogTail(aws.Session.Logs, "g", "s");

        await tail.ReadAsync(lines.Add, default);
        lines.ShouldBe(["one", "two", "three", "four"]);

        await tail.ReadAsync(lines.Add, default);
        pages["c"] = (["five\n"], "d");
        pages["d"] = ([], "d");
        await tail.ReadAsync(lines.Add, default);
        lines.ShouldBe(["one", "two", "three", "four", "five"]);
    }

    [Fact]
    public async Task A_page_that_failed_is_read_again_and_no_line_twice()
    {
        var fail = true;
        aws.On("GetLogEvents", request => (string?)request["nextToken"] switch
        {
            null => Page((["one\n"], "a")),
            "a" when fail => throw ScriptedAws.Error("ThrottlingException"),
            "a" => Page((["two\n"], "b")),
            _ => Page(([], "b")),
        });
        var tail = new LogTail(aws.Session.Logs, "g", "s");

        await Should.ThrowAsync<Exception>(() => tail.ReadAsync(lines.Add, default));
        fail = false;
        await tail.ReadAsync(lines.Add, default);
        lines.ShouldBe(["one", "two"]);
    }

    [Fact]
    public async Task A_stream_that_is_not_written_yet_has_no_lines()
    {
        aws.On("GetLogEvents", _ => throw ScriptedAws.Error("ResourceNotFoundException"));
        await new LogTail(aws.Session.Logs, "g", "s").ReadAsync(lines.Add, default);
        lines.ShouldBeEmpty();
    }

    private static JsonObject Page((string[] Lines, string Next) page) => new()
    {
        ["events"] = new JsonArray([.. page.Lines.Select(line => new JsonObject { ["message"] = line })]), ["nextForwardToken"] = page.Next,
    };
}
