using System.Collections.Immutable;
using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>A build. Its phases are moved by <see cref="BuildMachine"/> alone.</summary>
internal sealed record Build
{
    /// <summary>The id, <c>project:uuid</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The project's name.</summary>
    public required string Project { get; init; }

    /// <summary>Its number in the project, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>When it was started.</summary>
    public required DateTimeOffset StartTime { get; init; }

    /// <summary>When it ended; null while it runs.</summary>
    public DateTimeOffset? EndTime { get; init; }

    /// <summary>The status, as AWS names it.</summary>
    public string Status { get; init; } = "IN_PROGRESS";

    /// <summary>The phases so far; the last one is under way.</summary>
    public ImmutableList<BuildPhase> Phases { get; init; } = [];

    /// <summary>The rest of its description: source, environment, artifacts, … with the overrides applied.</summary>
    public required JsonObject Settings { get; init; }

    /// <summary>How long it may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>Where its log is: group and stream; null when the project writes none.</summary>
    public (string Group, string Stream)? Log { get; init; }

    /// <summary>The uuid of its id.</summary>
    public string Uuid => Id[(Project.Length + 1)..];

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => EndTime is null;

    /// <summary>The state as JSON.</summary>
    public JsonObject Save() => new()
    {
        ["id"] = Id,
        ["project"] = Project,
        ["number"] = Number,
        ["startTime"] = AnswerJson.Stamp(StartTime),
        ["endTime"] = EndTime is { } end ? AnswerJson.Stamp(end) : null,
        ["status"] = Status,
        ["phases"] = Phases.Select(phase => phase.Save()).ToJsonArray(),
        ["settings"] = Settings.DeepClone(),
        ["timeoutSeconds"] = Timeout.TotalSeconds,
        ["logGroup"] = Log?.Group,
        ["logStream"] = Log?.Stream,
    };

    /// <summary>Reads what <see cref="Save"/> gave.</summary>
    public static Build Load(JsonObject state) => new()
    {
        Id = state.Text("id")!,
        Project = state.Text("project")!,
        Number = (int)state.Number("number")!.Value,
        StartTime = state.Stamped("startTime"),
        EndTime = state["endTime"] is null ? null : state.Stamped("endTime"),
        Status = state.Text("status")!,
        Phases = [.. state.Structures("phases").Select(BuildPhase.Load)],
        Settings = state["settings"]!.DeepClone().AsObject(),
        Timeout = TimeSpan.FromSeconds(state.Number("timeoutSeconds")!.Value),
        Log = state.Text("logGroup") is { } group ? (group, state.Text("logStream")!) : null,
    };
}

/// <summary>A phase of a build.</summary>
/// <param name="Type">Which one, as AWS names it.</param>
/// <param name="StartTime">When it began.</param>
/// <param name="EndTime">When it ended; null while it is under way.</param>
/// <param name="Status">How it ended; null while it is under way.</param>
/// <param name="StatusCode">The status code of its context, such as <c>COMMAND_EXECUTION_ERROR</c>; null when there is none.</param>
/// <param name="Message">The message of its context.</param>
internal sealed record BuildPhase(
    string Type, DateTimeOffset StartTime, DateTimeOffset? EndTime = null, string? Status = null, string? StatusCode = null, string? Message = null)
{
    /// <summary>The state as JSON.</summary>
    public JsonObject Save() => new()
    {
        ["type"] = Type,
        ["startTime"] = AnswerJson.Stamp(StartTime),
        ["endTime"] = EndTime is { } end ? AnswerJson.Stamp(end) : null,
        ["status"] = Status,
        ["statusCode"] = StatusCode,
        ["message"] = Message,
    };

    /// <summary>Reads what <see cref="Save"/> gave.</summary>
    public static BuildPhase Load(JsonObject state) => new(
        state.Text("type")!,
        state.Stamped("startTime"),
        state["endTime"] is null ? null : state.Stamped("endTime"),
        state.Text("status"),
        state.Text("statusCode"),
        state.Text("message"));
}

/// <summary>What came of a phase's commands.</summary>
/// <param name="StatusCode">The code of the failure; null when they succeeded.</param>
/// <param name="Message">The failure's message.</param>
internal sealed record PhaseOutcome(string? StatusCode = null, string? Message = null)
{
    /// <summary>All went well.</summary>
    public static PhaseOutcome Succeeded { get; } = new();
}
