using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Text;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Logs;

/// <summary>Amazon CloudWatch Logs: groups, streams and their events.</summary>
internal sealed partial class LogsService : SandboxService, ILogStore
{
    private const string Invalid = "InvalidParameterException";
    private SortedDictionary<string, LogGroup> groups = new(StringComparer.Ordinal);

    public LogsService(SandboxWorld world)
        : base(world) => world.Logs = this;

    public override string Name => "logs";

    public override string TargetPrefix => "Logs_20140328";

    public override JsonObject Invoke(string operation, JsonObject request) => operation switch
    {
        "CreateLogGroup" => CreateGroup(request),
        "CreateLogStream" => CreateStream(request),
        "PutLogEvents" => Put(request),
        "DescribeLogGroups" => DescribeGroups(request),
        "DescribeLogStreams" => DescribeStreams(request),
        "GetLogEvents" => LogReader.Page(Stream(request), request),
        _ => throw SandboxException.UnknownOperation(Name, operation),
    };

    public override string? TargetOf(string operation, JsonObject request) => request.Text("logGroupName") ?? request.Text("logGroupIdentifier");

    public void Append(string group, string stream, DateTimeOffset at, params string[] lines)
    {
        if (!groups.TryGetValue(group, out var found))
            groups[group] = found = new LogGroup { Name = group, CreatedAt = World.Now };
        if (!found.Streams.TryGetValue(stream, out var target))
            found.Streams[stream] = target = new LogStream { Name = stream, CreatedAt = World.Now };
        Add(target, lines.Select(line => (at.ToUnixTimeMilliseconds(), line)));
    }

    public override JsonObject Save() => new() { ["groups"] = JsonSerializer.SerializeToNode(groups) };

    public override void Load(JsonObject state) =>
        groups = new(state["groups"].Deserialize<Dictionary<string, LogGroup>>()!, StringComparer.Ordinal);

    private JsonObject CreateGroup(JsonObject request)
    {
        var name = request.Required("logGroupName", Invalid);
        if (!GroupName().IsMatch(name))
            throw new SandboxException(Invalid, $"1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+");
        if (!groups.TryAdd(name, new LogGroup { Name = name, CreatedAt = World.Now }))
            throw new SandboxException("ResourceAlreadyExistsException", "The specified log group already exists");
        return [];
    }

    private JsonObject CreateStream(JsonObject request)
    {
        var group = Group(request);
        var name = request.Required("logStreamName", Invalid);
        if (!group.Streams.TryAdd(name, new LogStream { Name = name, CreatedAt = World.Now }))
            throw new SandboxException("ResourceAlreadyExistsException", "The specified log stream already exists");
        return [];
    }

    private JsonObject Put(JsonObject request)
    {
        var stream = Stream(request);
        var events = request.Structures("logEvents");
        if (events.Count is 0 or > 10_000)
            throw new SandboxException(Invalid, "1 validation error detected: Value at 'logEvents' failed to satisfy constraint: Member must have length between 1 and 10000");
        Add(stream, events.Select(line => (
            line.Number("timestamp") ?? throw new SandboxException(Invalid, "1 validation error detected: Value at 'logEvents.timestamp' failed to satisfy constraint: Member must not be null"),
            line.Required("message", Invalid))).ToList());
        return new JsonObject { ["nextSequenceToken"] = stream.Events.Count.ToString("D56", CultureInfo.InvariantCulture) };
    }

    private JsonObject DescribeGroups(JsonObject request)
    {
        var prefix = request.Text("logGroupNamePrefix") ?? string.Empty;
        return Page(request, "logGroups", groups.Values.Where(group => group.Name.StartsWith(prefix, StringComparison.Ordinal)).Select(group => (group.Name, new JsonObject
        {
            ["logGroupName"] = group.Name,
            ["creationTime"] = group.CreatedAt.ToUnixTimeMilliseconds(),
            ["metricFilterCount"] = 0,
            ["arn"] = World.Arn("logs", $"log-group:{group.Name}:*"),
            ["logGroupArn"] = World.Arn("logs", $"log-group:{group.Name}"),
            ["storedBytes"] = group.Streams.Values.Sum(stream => stream.Events.Sum(line => (long)Encoding.UTF8.GetByteCount(line.Message))),
        })));
    }

    private JsonObject DescribeStreams(JsonObject request)
    {
        var group = Group(request);
        var prefix = request.Text("logStreamNamePrefix") ?? string.Empty;
        var byTime = request.Text("orderBy") is "LastEventTime";
        if (byTime && prefix.Length > 0)
            throw new SandboxException(Invalid, "Cannot order by LastEventTime with a logStreamNamePrefix.");

        var streams = group.Streams.Values.Where(stream => stream.Name.StartsWith(prefix, StringComparison.Ordinal));
        if (byTime)
            streams = streams.OrderBy(stream => stream.Events.Count == 0 ? 0 : stream.Events[^1].Timestamp);
        if (request.Flag("descending") is true)
            streams = streams.Reverse();
        return Page(request, "logStreams", streams.Select(stream => (stream.Name, Describe(group, stream))));
    }

    private JsonObject Describe(LogGroup group, LogStream stream)
    {
        var json = new JsonObject
        {
            ["logStreamName"] = stream.Name,
            ["creationTime"] = stream.CreatedAt.ToUnixTimeMilliseconds(),
            ["arn"] = World.Arn("logs", $"log-group:{group.Name}:log-stream:{stream.Name}"),
            ["storedBytes"] = 0,
        };
        if (stream.Events.Count > 0)
        {
            json["firstEventTimestamp"] = stream.Events[0].Timestamp;
            json["lastEventTimestamp"] = stream.Events[^1].Timestamp;
            json["lastIngestionTime"] = stream.LastIngestionAt!.Value.ToUnixTimeMilliseconds();
        }

        return json;
    }

    private static JsonObject Page(JsonObject request, string member, IEnumerable<(string Name, JsonObject Json)> found)
    {
        var limit = request.Number("limit") ?? 50;
        if (limit is < 1 or > 50)
            throw new SandboxException(Invalid, $"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must be between 1 and 50");
        var token = request.Text("nextToken");
        var rest = (token is null ? found : found.SkipWhile(item => !string.Equals(item.Name, token, StringComparison.Ordinal)).Skip(1)).ToList();
        var answer = new JsonObject { [member] = new JsonArray([.. rest.Take((int)limit).Select(item => item.Json)]) };
        if (rest.Count > limit)
            answer["nextToken"] = rest[(int)limit - 1].Name;
        return answer;
    }

    private LogGroup Group(JsonObject request)
    {
        var name = request.Text("logGroupName") ?? request.Required("logGroupIdentifier", Invalid).Split(":log-group:")[^1];
        return groups.TryGetValue(name, out var group) ? group : throw new SandboxException("ResourceNotFoundException", "The specified log group does not exist.");
    }

    private LogStream Stream(JsonObject request)
    {
        var name = request.Required("logStreamName", Invalid);
        return Group(request).Streams.TryGetValue(name, out var stream)
            ? stream
            : throw new SandboxException("ResourceNotFoundException", "The specified log stream does not exist.");
    }

    private void Add(LogStream stream, IEnumerable<(long Timestamp, string Message)> lines)
    {
        var ingestion = World.Now.ToUnixTimeMilliseconds();
        var inOrder = stream.Events.Count == 0 ? long.MinValue : stream.Events[^1].Timestamp;
        var isSorted = true;
        foreach (var (timestamp, message) in lines)
        {
            isSorted &= timestamp >= inOrder;
            inOrder = timestamp;
            stream.Events.Add(new LogEvent(timestamp, message, ingestion));
        }

        stream.LastIngestionAt = World.Now;
        if (isSorted)
            return;
        var sorted = stream.Events.OrderBy(line => line.Timestamp).ToList();
        stream.Events.Clear();
        stream.Events.AddRange(sorted);
    }

    [GeneratedRegex(@"^[.\-_/#A-Za-z0-9]{1,512}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex GroupName();
}
