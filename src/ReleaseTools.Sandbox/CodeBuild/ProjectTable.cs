using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.CodeBuild;

/// <summary>CodeBuild's projects. Every field given is kept and given back.</summary>
internal sealed partial class ProjectTable(SandboxWorld world)
{
    private readonly SortedDictionary<string, JsonObject> projects = new(StringComparer.Ordinal);

    /// <summary>The projects there are.</summary>
    public IReadOnlyCollection<string> Names => projects.Keys;

    /// <summary>CreateProject.</summary>
    public JsonObject Create(JsonObject request)
    {
        var name = request.Text("name") ?? string.Empty;
        if (!NamePattern().IsMatch(name))
            throw CodeBuildErrors.Invalid("Invalid project name: must match [A-Za-z0-9][A-Za-z0-9\\-_]{1,149}");
        foreach (var required in (string[])["source", "artifacts", "environment", "serviceRole"])
        {
            if (request[required] is null)
                throw CodeBuildErrors.Invalid($"Project {required} is required");
        }
        BuildStart.Validate(request);
        if (projects.ContainsKey(name))
            throw CodeBuildErrors.ProjectExists(ArnOf(name));
        var project = request.DeepClone().AsObject();
        project["arn"] = ArnOf(name);
        project["created"] = AnswerJson.Epoch(world.Now);
        project["lastModified"] = AnswerJson.Epoch(world.Now);
        project.TryAdd("timeoutInMinutes", 60);
        project.TryAdd("queuedTimeoutInMinutes", 480);
        project.TryAdd("encryptionKey", world.Arn("kms", "alias/aws/s3"));
        project.TryAdd("badge", new JsonObject { ["badgeEnabled"] = false });
        project.TryAdd("cache", new JsonObject { ["type"] = "NO_CACHE" });
        projects.Add(name, project);
        return new JsonObject { ["project"] = project.DeepClone() };
    }

    /// <summary>BatchGetProjects.</summary>
    public JsonObject BatchGet(JsonObject request)
    {
        var names = request.Texts("names");
        if (names.Count is < 1 or > 100)
            throw CodeBuildErrors.Invalid("Invalid number of project names: must be between 1 and 100");
        // A name may be given as an ARN.
        var known = names.ToLookup(name => projects.ContainsKey(NameOf(name)));
        return new JsonObject
        {
            ["projects"] = known[true].Select(name => projects[NameOf(name)].DeepClone().AsObject()).ToJsonArray(),
            ["projectsNotFound"] = known[false].ToJsonArray(),
        };
    }

    /// <summary>ListProjects.</summary>
    public JsonObject List(JsonObject request)
    {
        var names = request.Text("sortOrder") == "DESCENDING" ? projects.Keys.Reverse() : projects.Keys;
        var page = Page.Of(names.ToList(), request.Text("nextToken"), 100, () => CodeBuildErrors.Invalid("Invalid nextToken"));
        return page.MarkNext(new JsonObject { ["projects"] = page.Items.ToJsonArray() }, "nextToken");
    }

    /// <summary>The project of a name or ARN.</summary>
    /// <exception cref="SandboxException">There is none.</exception>
    public JsonObject Get(string? name)
    {
        if (string.IsNullOrEmpty(name))
            throw CodeBuildErrors.Invalid("Project name is required");
        return projects.GetValueOrDefault(NameOf(name)) ?? throw CodeBuildErrors.ProjectNotFound(ArnOf(NameOf(name)));
    }

    /// <summary>The state as JSON.</summary>
    public JsonArray Save() => projects.Values.Select(project => project.DeepClone().AsObject()).ToJsonArray();

    /// <summary>Takes a state up.</summary>
    public void Load(IEnumerable<JsonObject> saved)
    {
        foreach (var project in saved)
            projects[project.Text("name")!] = project.DeepClone().AsObject();
    }

    private static string NameOf(string nameOrArn) => nameOrArn[(nameOrArn.LastIndexOf('/') + 1)..];

    private string ArnOf(string name) => world.Arn("codebuild", "project/" + name);

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{1,149}$", RegexOptions.None, 1000)]
    private static partial Regex NamePattern();
}
