using System.Globalization;
using System.Text.Json.Nodes;
using System.Text;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Logs;

/// <summary>
/// GetLogEvents: https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html. A page is at most
/// 10,000 events or 1 MB. There is always a token onwards; at the end of the stream it is the one that was passed in.
/// </summary>
internal static class LogReader
{
    private const int MostEvents = 10_000;
    private const int MostBytes = 1024 * 1024;

    // What CloudWatch Logs counts for an event beside its text.
    private const int BytesPerEvent = 26;

    public static JsonObject Page(LogStream stream, JsonObject request)
    {
        var limit = request.Number("limit") ?? MostEvents;
        if (limit is < 1 or > MostEvents)
            throw new SandboxException("InvalidParameterException", $"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must be between 1 and {MostEvents}");

        var from = request.Number("startTime") ?? long.MinValue;
        var until = request.Number("endTime") ?? long.MaxValue;
        var events = stream.Events.Where(line => line.Timestamp >= from && line.Timestamp < until).ToList();
        var (start, end) = request.Text("nextToken") is { } token
            ? After(events, token, (int)limit)
            : request.Flag("startFromHead") is true ? Forward(events, 0, (int)limit) : Backward(events, events.Count, (int)limit);

        return new JsonObject
        {
            ["events"] = new JsonArray([.. events.Skip(start).Take(end - start).Select(Describe)]),
            ["nextForwardToken"] = Token('f', end),
            ["nextBackwardToken"] = Token('b', start),
        };
    }

    private static (int Start, int End) After(List<LogEvent> events, string token, int limit)
    {
        if (token.Length < 3 || token[0] is not ('f' or 'b') || token[1] != '/' || !int.TryParse(token[2..], NumberStyles.None, CultureInfo.InvariantCulture, out var place))
            throw new SandboxException("InvalidParameterException", "The specified nextToken is invalid.");
        place = Math.Min(place, events.Count);
        return token[0] == 'f' ? Forward(events, place, limit) : Backward(events, place, limit);
    }

    private static (int Start, int End) Forward(List<LogEvent> events, int start, int limit)
    {
        var end = start;
        for (var bytes = 0; end < events.Count && end - start < limit && (bytes += Size(events[end])) <= MostBytes;)
            end++;
        return (start, end);
    }

    private static (int Start, int End) Backward(List<LogEvent> events, int end, int limit)
    {
        var start = end;
        for (var bytes = 0; start > 0 && end - start < limit && (bytes += Size(events[start - 1])) <= MostBytes;)
            start--;
        return (start, end);
    }

    private static int Size(LogEvent line) => Encoding.UTF8.GetByteCount(line.Message) + BytesPerEvent;

    private static string Token(char direction, int place) => $"{direction}/{place.ToString("D56", CultureInfo.InvariantCulture)}";

    private static JsonObject Describe(LogEvent line) =>
        new() { ["timestamp"] = line.Timestamp, ["message"] = line.Message, ["ingestionTime"] = line.IngestionTime };
}
