namespace ReleaseTools.Engine.Aws.CodeBuild;

/// <summary>The operations of AWS CodeBuild that a release uses.</summary>
public sealed class CodeBuildClient(IAwsCaller caller)
{
    private static CodeBuildJson Json => CodeBuildJson.Default;

    /// <summary>Starts a build.</summary>
    public Task<StartBuildResponse> StartBuildAsync(StartBuildRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("StartBuild", request, Json.StartBuildRequest, Json.StartBuildResponse, cancellationToken);

    /// <summary>Builds by id, at most 100.</summary>
    public Task<BatchGetBuildsResponse> BatchGetBuildsAsync(BatchGetBuildsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("BatchGetBuilds", request, Json.BatchGetBuildsRequest, Json.BatchGetBuildsResponse, cancellationToken);

    /// <summary>Stops a build.</summary>
    public Task<StopBuildResponse> StopBuildAsync(StopBuildRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("StopBuild", request, Json.StopBuildRequest, Json.StopBuildResponse, cancellationToken);

    /// <summary>Projects by name, at most 100.</summary>
    public Task<BatchGetProjectsResponse> BatchGetProjectsAsync(BatchGetProjectsRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("BatchGetProjects", request, Json.BatchGetProjectsRequest, Json.BatchGetProjectsResponse, cancellationToken);
}
