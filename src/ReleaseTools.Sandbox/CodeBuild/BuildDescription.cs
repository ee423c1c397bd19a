using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>A build as BatchGetBuilds describes it: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Build.html</summary>
internal static class BuildDescription
{
    /// <summary>The description.</summary>
    public static JsonObject Of(Build build, SandboxWorld world)
    {
        var description = build.Settings.Without("logsConfig");
        description["id"] = build.Id;
        description["arn"] = world.Arn("codebuild", "build/" + build.Id);
        description["buildNumber"] = build.Number;
        description["startTime"] = AnswerJson.Epoch(build.StartTime);
        if (build.EndTime is { } end)
            description["endTime"] = AnswerJson.Epoch(end);
        description["currentPhase"] = build.Phases[^1].Type;
        description["buildStatus"] = build.Status;
        description["buildComplete"] = !build.IsRunning;
        description["projectName"] = build.Project;
        description["initiator"] = "sandbox";
        description["phases"] = build.Phases.Select(Phase).ToJsonArray();
        description["logs"] = Logs(build, world);
        return description;
    }

    private static JsonObject Phase(BuildPhase phase)
    {
        var description = new JsonObject { ["phaseType"] = phase.Type, ["startTime"] = AnswerJson.Epoch(phase.StartTime) };
        if (phase.EndTime is not { } end)
            return description;
        description["phaseStatus"] = phase.Status;
        description["endTime"] = AnswerJson.Epoch(end);
        description["durationInSeconds"] = (long)(end - phase.StartTime).TotalSeconds;
        description["contexts"] = new JsonArray(new JsonObject { ["statusCode"] = phase.StatusCode ?? string.Empty, ["message"] = phase.Message ?? string.Empty });
        return description;
    }

    // Group and stream are known once a host is there to write them, which is when PROVISIONING ends.
    private static JsonObject Logs(Build build, SandboxWorld world)
    {
        if (build.Log is not var (group, stream))
            return new JsonObject { ["cloudWatchLogs"] = new JsonObject { ["status"] = "DISABLED" } };
        var logs = new JsonObject { ["cloudWatchLogs"] = new JsonObject { ["status"] = "ENABLED" } };
        if (!build.Phases.Any(phase => phase is { Type: "PROVISIONING", Status: "SUCCEEDED" }))
            return logs;
        logs["groupName"] = group;
        logs["streamName"] = stream;
        logs["cloudWatchLogsArn"] = world.Arn("logs", $"log-group:{group}:log-stream:{stream}");
        return logs;
    }
}
