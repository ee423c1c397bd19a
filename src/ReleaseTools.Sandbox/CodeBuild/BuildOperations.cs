using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>CodeBuild's operations on builds, and the hosts that their commands run on.</summary>
internal sealed class BuildOperations(SandboxWorld world, ProjectTable projects, BuildDurations durations) : IBuildWork, IDisposable
{
    // https://docs.aws.amazon.com/codebuild/latest/APIReference/API_StartBuild.html: "The token is included in the StartBuild request and is valid for 5 minutes."
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(5);

    private readonly List<Build> builds = [];
    private readonly Dictionary<string, BuildHost> hosts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string BuildId, string Request, DateTimeOffset Until)> tokens = new(StringComparer.Ordinal);

    /// <summary>StartBuild.</summary>
    public JsonObject Start(JsonObject request)
    {
        var project = projects.Get(request.Text("projectName"));
        var token = request.Text("idempotencyToken");
        var content = request.ToJsonString();
        if (token is not null && tokens.TryGetValue(token, out var earlier) && world.Now < earlier.Until)
        {
            return earlier.Request == content
                ? Answer(Get(earlier.BuildId))
                : throw CodeBuildErrors.Invalid("The idempotency token was used with other parameters");
        }
        var name = project.Text("name")!;
        var number = builds.Where(build => build.Project == name).Select(build => build.Number).DefaultIfEmpty().Max() + 1;
        var build = BuildStart.Of(project, request, Guid.NewGuid().ToString(), number, world.Now);
        builds.Add(build);
        hosts[build.Id] = new BuildHost(world, build, world.Faults.TakeFor(SandboxFaultKind.BuildFailure, name));
        if (token is not null)
            tokens[token] = (build.Id, content, world.Now + TokenLifetime);
        return Answer(build);
    }

    /// <summary>BatchGetBuilds.</summary>
    public JsonObject BatchGet(JsonObject request)
    {
        var ids = request.Texts("ids");
        if (ids.Count is < 1 or > 100)
            throw CodeBuildErrors.Invalid("Invalid number of build ids: must be between 1 and 100");
        var known = ids.ToLookup(id => Find(id) is not null);
        return new JsonObject
        {
            ["builds"] = known[true].Select(id => BuildDescription.Of(Find(id)!, world)).ToJsonArray(),
            ["buildsNotFound"] = known[false].ToJsonArray(),
        };
    }

    /// <summary>StopBuild; a build that has ended stays as it is.</summary>
    public JsonObject Stop(JsonObject request)
    {
        var build = Get(request.Text("id") ?? throw CodeBuildErrors.Invalid("Build id is required"));
        return Answer(build.IsRunning ? Replace(BuildMachine.Stop(build, world.Now)) : build);
    }

    /// <summary>ListBuildsForProject: the newest first, 100 a page.</summary>
    public JsonObject ListForProject(JsonObject request)
    {
        var name = projects.Get(request.Text("projectName")).Text("name");
        var ids = builds.Where(build => build.Project == name).Select(build => build.Id);
        if (request.Text("sortOrder") != "ASCENDING")
            ids = ids.Reverse();
        var page = Page.Of(ids.ToList(), request.Text("nextToken"), 100, () => CodeBuildErrors.Invalid("Invalid nextToken"));
        return page.MarkNext(new JsonObject { ["ids"] = page.Items.ToJsonArray() }, "nextToken");
    }

    /// <summary>The work of all builds whose outcome was not taken yet.</summary>
    public IReadOnlyList<Task> Work => [.. hosts.Values.Select(host => host.Work).OfType<Task>()];

    /// <summary>Gives up the hosts of all builds.</summary>
    public void Dispose()
    {
        foreach (var host in hosts.Values)
            host.Dispose();
    }

    /// <summary>Brings every build to this moment.</summary>
    public void Advance(DateTimeOffset now)
    {
        foreach (var build in builds.Where(build => build.IsRunning).ToList())
            Replace(BuildMachine.Advance(build, now, durations, this));
    }

    /// <inheritdoc/>
    public PhaseOutcome? Outcome(Build build, BuildPhase phase)
    {
        var host = hosts[build.Id];
        var isNew = host.Phase != phase.Type;
        var outcome = host.Outcome(phase, out var lines);
        if (isNew && IsLogged(phase))
            Log(build, phase.StartTime, BuildLog.Entering(phase));
        Log(build, phase.StartTime, [.. lines]);
        return outcome;
    }

    /// <inheritdoc/>
    public void Ended(Build build, BuildPhase phase)
    {
        if (IsLogged(phase))
            Log(build, phase.EndTime!.Value, BuildLog.Complete(phase));
    }

    /// <summary>The state as JSON.</summary>
    public JsonArray Save() => builds.Select(build => build.Save()).ToJsonArray();

    /// <summary>Takes a state up. Builds that were under way have lost their host with the process that they ran in.</summary>
    public void Load(IEnumerable<JsonObject> saved)
    {
        foreach (var build in saved.Select(Build.Load))
            builds.Add(build.IsRunning ? BuildMachine.Lose(build, world.Now) : build);
    }

    private static bool IsLogged(BuildPhase phase) => phase.Type is not ("SUBMITTED" or "QUEUED" or "PROVISIONING" or "FINALIZING" or "COMPLETED");

    private void Log(Build build, DateTimeOffset at, string[] lines)
    {
        if (lines.Length > 0 && build.Log is var (group, stream))
            world.Logs.Append(group, stream, at, lines);
    }

    private Build? Find(string id)
    {
        var plain = id[(id.LastIndexOf('/') + 1)..];
        return builds.Find(build => build.Id == plain);
    }

    private Build Get(string id) => Find(id) ?? throw CodeBuildErrors.BuildNotFound(id);

    private Build Replace(Build build)
    {
        builds[builds.FindIndex(one => one.Id == build.Id)] = build;
        if (!build.IsRunning && hosts.Remove(build.Id, out var host))
            host.Dispose();
        return build;
    }

    private JsonObject Answer(Build build) => new() { ["build"] = BuildDescription.Of(build, world) };
}
