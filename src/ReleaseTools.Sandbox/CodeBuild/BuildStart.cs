using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>Makes a build of a project and StartBuild's overrides: https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html</summary>
internal static class BuildStart
{
    // What a build takes over from its project, and the override that stands in for it.
    private static readonly (string Field, string? Override)[] FromProject =
    [
        ("source", null), ("environment", null), ("artifacts", "artifactsOverride"), ("cache", "cacheOverride"), ("serviceRole", "serviceRoleOverride"),
        ("timeoutInMinutes", "timeoutInMinutesOverride"), ("queuedTimeoutInMinutes", "queuedTimeoutInMinutesOverride"),
        ("encryptionKey", "encryptionKeyOverride"), ("sourceVersion", "sourceVersion"), ("vpcConfig", null),
        ("secondarySources", "secondarySourcesOverride"), ("fileSystemLocations", null), ("logsConfig", "logsConfigOverride"),
    ];

    // Overrides of single fields of the source and of the environment.
    private static readonly (string Group, string Field, string Override)[] Nested =
    [
        ("source", "type", "sourceTypeOverride"), ("source", "location", "sourceLocationOverride"), ("source", "buildspec", "buildspecOverride"),
        ("source", "gitCloneDepth", "gitCloneDepthOverride"), ("environment", "type", "environmentTypeOverride"), ("environment", "image", "imageOverride"),
        ("environment", "computeType", "computeTypeOverride"), ("environment", "privilegedMode", "privilegedModeOverride"),
    ];

    /// <summary>The build, in its first phase.</summary>
    public static Build Of(JsonObject project, JsonObject request, string uuid, int number, DateTimeOffset now)
    {
        var settings = new JsonObject();
        foreach (var (field, overriding) in FromProject)
        {
            if ((overriding is null ? null : request[overriding]) is { } given)
                settings[field] = given.DeepClone();
            else if (project[field] is { } own)
                settings[field] = own.DeepClone();
        }
        foreach (var (group, field, overriding) in Nested)
        {
            if (request[overriding] is { } given)
                settings[group]!.AsObject()[field] = given.DeepClone();
        }
        var environment = settings["environment"]!.AsObject();
        environment["environmentVariables"] = BuildEnvironment.Override(environment.Structures("environmentVariables"), request.Structures("environmentVariablesOverride"));
        Validate(settings);
        var name = project.Text("name")!;
        return BuildMachine.Start(new Build
        {
            Id = $"{name}:{uuid}",
            Project = name,
            Number = number,
            StartTime = now,
            Settings = settings,
            Timeout = TimeSpan.FromMinutes(settings.Number("timeoutInMinutes") ?? 60),
            Log = LogOf(settings, name, uuid),
        });
    }

    /// <summary>Refuses what could not be read when the build is carried out.</summary>
    /// <exception cref="SandboxException">A field is of the wrong type, or out of its range.</exception>
    public static void Validate(JsonObject settings)
    {
        var source = settings.Structure("source");
        source?.Text("type");
        source?.Text("buildspec");
        settings.Structure("artifacts");
        settings.Text("serviceRole");
        settings.Text("sourceVersion");
        foreach (var variable in settings.Structure("environment")?.Structures("environmentVariables") ?? [])
        {
            if (variable.Text("name") is not { Length: > 0 })
                throw CodeBuildErrors.Invalid("Environment variable name is required");
            variable.Text("value");
            variable.Text("type");
        }
        if (settings.Number("timeoutInMinutes") is < 5 or > 2160)
            throw CodeBuildErrors.Invalid("Invalid timeout: must be between 5 and 2160 minutes");
        if (settings.Structure("logsConfig")?.Structure("cloudWatchLogs") is not { } log)
            return;
        log.Text("status");
        log.Text("groupName");
        log.Text("streamName");
    }

    private static (string Group, string Stream)? LogOf(JsonObject settings, string project, string uuid)
    {
        var config = settings.Structure("logsConfig")?.Structure("cloudWatchLogs") ?? [];
        if (config.Text("status") == "DISABLED")
            return null;
        var prefix = config.Text("streamName");
        return (config.Text("groupName") ?? "/aws/codebuild/" + project, prefix is null ? uuid : $"{prefix}/{uuid}");
    }
}
