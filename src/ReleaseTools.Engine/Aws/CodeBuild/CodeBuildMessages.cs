namespace ReleaseTools.Engine.Aws.CodeBuild;

// Requests and responses of just the operations used, in the words of the AWS CodeBuild API reference (2016-10-06).
#pragma warning disable CS1591 // the members are AWS's own; its API reference describes them

public sealed record StartBuildRequest(string ProjectName)
{
    public IReadOnlyList<EnvironmentVariable>? EnvironmentVariablesOverride { get; init; }
    public string? SourceVersion { get; init; }

    /// <summary>The same token within five minutes starts no second build.</summary>
    public string? IdempotencyToken { get; init; }
}

public sealed record EnvironmentVariable(string Name, string Value, string Type = "PLAINTEXT");
public sealed record StartBuildResponse(Build? Build);
public sealed record BatchGetBuildsRequest(IReadOnlyList<string> Ids);
public sealed record BatchGetBuildsResponse(IReadOnlyList<Build>? Builds, IReadOnlyList<string>? BuildsNotFound);
public sealed record StopBuildRequest(string Id);
public sealed record StopBuildResponse(Build? Build);
public sealed record BatchGetProjectsRequest(IReadOnlyList<string> Names);
public sealed record BatchGetProjectsResponse(IReadOnlyList<Project>? Projects, IReadOnlyList<string>? ProjectsNotFound);
public sealed record Project(string? Name, string? Arn, ProjectSource? Source, ProjectEnvironment? Environment);
public sealed record ProjectSource(string? Type);
public sealed record ProjectEnvironment(IReadOnlyList<ProjectVariable>? EnvironmentVariables);
public sealed record ProjectVariable(string? Name, string? Value, string? Type);

public sealed record Build(
    string? Id, string? Arn, string? ProjectName, string? BuildStatus, bool BuildComplete, string? CurrentPhase, DateTimeOffset? StartTime, DateTimeOffset? EndTime,
    IReadOnlyList<BuildPhase>? Phases, LogsLocation? Logs, string? ResolvedSourceVersion);

public sealed record BuildPhase(string? PhaseType, string? PhaseStatus, DateTimeOffset? StartTime, DateTimeOffset? EndTime, long? DurationInSeconds, IReadOnlyList<PhaseContext>? Contexts);
public sealed record PhaseContext(string? StatusCode, string? Message);
public sealed record LogsLocation(string? GroupName, string? StreamName, string? DeepLink);
