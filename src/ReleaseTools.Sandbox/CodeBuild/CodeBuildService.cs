using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>
/// AWS CodeBuild: https://docs.aws.amazon.com/codebuild/latest/APIReference/Welcome.html. Its builds really build: what a
/// buildspec's docker commands make of the workspace is in ECR when the build has succeeded.
/// </summary>
internal sealed class CodeBuildService : SandboxService, IDisposable
{
    // Wall-clock time: it is real work that ends.
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(2);

    private readonly ProjectTable projects;
    private readonly BuildOperations builds;

    public CodeBuildService(SandboxWorld world, BuildDurations? durations = null)
        : base(world)
    {
        projects = new ProjectTable(world);
        builds = new BuildOperations(world, projects, durations ?? new BuildDurations());
    }

    /// <inheritdoc/>
    public override string Name => "codebuild";

    /// <inheritdoc/>
    public override string TargetPrefix => "CodeBuild_20161006";

    /// <inheritdoc/>
    public override string? TargetOf(string operation, JsonObject request) =>
        request.Text("projectName") ?? request.Text("name") ?? request.Text("id")?.Split(':')[0] ?? request.Texts("ids").Take(1).SingleOrDefault()?.Split(':')[0];

    /// <inheritdoc/>
    public override IEnumerable<string> FaultTargets(SandboxFaultKind kind) => kind == SandboxFaultKind.BuildFailure ? projects.Names : [];

    /// <inheritdoc/>
    public override JsonObject Invoke(string operation, JsonObject request) => operation switch
    {
        "CreateProject" => projects.Create(request),
        "BatchGetProjects" => projects.BatchGet(request),
        "ListProjects" => projects.List(request),
        "StartBuild" => builds.Start(request),
        "BatchGetBuilds" => builds.BatchGet(request),
        "StopBuild" => builds.Stop(request),
        "ListBuildsForProject" => builds.ListForProject(request),
        _ => throw SandboxException.UnknownOperation(Name, operation),
    };

    /// <inheritdoc/>
    /// <remarks>Whoever asks after a build is told of work that is done in a moment; whoever stops one must not wait for it.</remarks>
    public override IReadOnlyList<Task> WorkBefore(string operation) => operation is "BatchGetBuilds" ? builds.Work : [];

    /// <summary>Gives up the builds under way, and lets their last step end: it may hold files open.</summary>
    public void Dispose()
    {
        Task[] work = [.. builds.Work];
        builds.Dispose();
        Task.WaitAll(work, Ending);
    }

    /// <inheritdoc/>
    public override void Advance(DateTimeOffset now) => builds.Advance(now);

    /// <inheritdoc/>
    public override JsonObject Save() => new() { ["projects"] = projects.Save(), ["builds"] = builds.Save() };

    /// <inheritdoc/>
    public override void Load(JsonObject state)
    {
        projects.Load(state.Structures("projects"));
        builds.Load(state.Structures("builds"));
    }
}
