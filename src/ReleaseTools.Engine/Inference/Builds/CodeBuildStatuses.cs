using ReleaseTools.Engine.Aws.CodeBuild;

namespace ReleaseTools.Engine.Inference.Builds;

/// <summary>
/// What CodeBuild's answers mean.
/// <code>
/// buildStatus    buildComplete  here
/// IN_PROGRESS    false          InProgress
/// SUCCEEDED      true           Succeeded
/// FAILED         true           Failed: a phase did
/// FAULT          true           Fault: CodeBuild itself did, the build may be tried again
/// TIMED_OUT      true           TimedOut: longer than the project allows
/// STOPPED        true           Stopped: by somebody
/// anything else  either         Unknown; waited for as long as buildComplete is false
/// </code>
/// </summary>
internal static class CodeBuildStatuses
{
    /// <summary>Reads <c>buildStatus</c>.</summary>
    public static InferenceBuildStatus Read(string? buildStatus) => buildStatus switch
    {
        "IN_PROGRESS" => InferenceBuildStatus.InProgress,
        "SUCCEEDED" => InferenceBuildStatus.Succeeded,
        "FAILED" => InferenceBuildStatus.Failed,
        "FAULT" => InferenceBuildStatus.Fault,
        "TIMED_OUT" => InferenceBuildStatus.TimedOut,
        "STOPPED" => InferenceBuildStatus.Stopped,
        _ => InferenceBuildStatus.Unknown,
    };

    /// <summary>Why a build did not succeed, in one sentence for people.</summary>
    public static string Reason(Build build, InferenceBuildStatus status)
    {
        var failed = FailedPhase(build);
        var where = failed?.PhaseType is { } phase ? $" in {phase}" : "";
        var why = string.Join(' ', (failed?.Contexts ?? [])
            .Select(context => $"{context.StatusCode}: {context.Message}".Trim(' ', ':')).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal));
        var what = status switch
        {
            InferenceBuildStatus.Failed => $"The build failed{where}.",
            InferenceBuildStatus.Fault => $"CodeBuild itself failed{where}; the build may be tried again.",
            InferenceBuildStatus.TimedOut => $"The build ran{where} longer than its project allows.",
            InferenceBuildStatus.Stopped => $"The build was stopped{where}.",
            _ => $"The build ended{where} as {build.BuildStatus}.",
        };
        return why.Length == 0 ? what : $"{what} {why}";
    }

    /// <summary>The phase that a build did not get through; null when all went well.</summary>
    public static BuildPhase? FailedPhase(Build build) =>
        build.Phases?.FirstOrDefault(phase => phase.PhaseStatus is not (null or "SUCCEEDED" or "IN_PROGRESS" or "QUEUED"));
}
