using System.Globalization;
using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>The variables a build sees: https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html</summary>
internal static class BuildEnvironment
{
    /// <summary>CodeBuild's own, and above them the project's and StartBuild's.</summary>
    public static Dictionary<string, string> Of(SandboxWorld world, Build build, string sourceDirectory)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["AWS_REGION"] = world.Options.Region,
            ["AWS_DEFAULT_REGION"] = world.Options.Region,
            ["CODEBUILD_BUILD_ID"] = build.Id,
            ["CODEBUILD_BUILD_ARN"] = world.Arn("codebuild", "build/" + build.Id),
            ["CODEBUILD_BUILD_NUMBER"] = build.Number.ToString(CultureInfo.InvariantCulture),
            ["CODEBUILD_BUILD_SUCCEEDING"] = "1",
            ["CODEBUILD_SOURCE_VERSION"] = build.Settings.Text("sourceVersion") ?? string.Empty,
            ["CODEBUILD_SRC_DIR"] = sourceDirectory,
            ["CODEBUILD_START_TIME"] = build.StartTime.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            ["CODEBUILD_LOG_PATH"] = build.Uuid,
        };
        foreach (var variable in Given(build.Settings))
            variables[variable.Text("name")!] = variable.Text("value") ?? string.Empty;
        return variables;
    }

    /// <summary>The first variable whose value is kept in a service that is not modelled; null when there is none.</summary>
    public static string? Unreadable(JsonObject settings) => Given(settings).FirstOrDefault(variable => variable.Text("type") is not (null or "PLAINTEXT"))?.Text("name");

    /// <summary>The project's variables with those of StartBuild in place of the same names.</summary>
    public static JsonArray Override(IReadOnlyList<JsonObject> project, IReadOnlyList<JsonObject> overrides)
    {
        var names = overrides.Select(variable => variable.Text("name")).ToHashSet(StringComparer.Ordinal);
        return project.Where(variable => !names.Contains(variable.Text("name"))).Concat(overrides).Select(variable => variable.DeepClone().AsObject()).ToJsonArray();
    }

    private static IReadOnlyList<JsonObject> Given(JsonObject settings) => (settings["environment"] as JsonObject)?.Structures("environmentVariables") ?? [];
}
