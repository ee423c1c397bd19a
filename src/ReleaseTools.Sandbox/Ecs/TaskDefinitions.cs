using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecs;

/// <summary>Task definitions: families of numbered revisions, kept with every member they were given.</summary>
internal sealed partial class TaskDefinitions(SandboxWorld world, EcsState state)
{
    /// <summary>RegisterTaskDefinition.</summary>
    public JsonObject Register(JsonObject request)
    {
        var family = request.Required("family", "ClientException", "Family should not be empty.");
        if (!FamilyName().IsMatch(family))
            throw new SandboxException("ClientException", "Family contains invalid characters.");
        var containers = request.Structures("containerDefinitions");
        if (containers.Count == 0)
            throw new SandboxException("ClientException", "Container list cannot be empty.");

        var revision = (state.TaskDefinitions.GetValueOrDefault(family)?.Count ?? 0) + 1;
        var definition = (JsonObject)request.DeepClone();
        definition["containerDefinitions"] = new JsonArray([.. containers.Select(ContainerDefinition.Completed)]);
        if (!definition["containerDefinitions"]!.AsArray().Any(container => container!["essential"]!.GetValue<bool>()))
            throw new SandboxException("ClientException", "Invalid setting for container. At least one container must be essential.");
        definition["taskDefinitionArn"] = world.Arn("ecs", $"task-definition/{family}:{revision.ToString(CultureInfo.InvariantCulture)}");
        definition["revision"] = revision;
        definition["status"] = "ACTIVE";
        definition["volumes"] ??= new JsonArray();
        definition["placementConstraints"] ??= new JsonArray();
        definition["compatibilities"] = new JsonArray("EC2", "FARGATE");
        definition["registeredAt"] = world.Now.EpochSeconds();
        definition["registeredBy"] = $"arn:aws:sts::{world.Options.Account}:assumed-role/ReleaseToolsSandbox/sandbox";
        if (!state.TaskDefinitions.TryAdd(family, [definition]))
            state.TaskDefinitions[family].Add(definition);
        return Described(definition, withTags: true);
    }

    /// <summary>DescribeTaskDefinition; with its tags where they are included.</summary>
    public JsonObject Describe(JsonObject request)
    {
        var name = request.Required("taskDefinition", "ClientException", "TaskDefinition should not be empty.");
        var definition = Find(name) ?? throw new SandboxException("ClientException", "Unable to describe task definition.");
        return Described(definition, request.Texts("include").Contains("TAGS", StringComparer.Ordinal));
    }

    /// <summary>ListTaskDefinitions, in pages of 100.</summary>
    public JsonObject List(JsonObject request)
    {
        var prefix = request.Text("familyPrefix");
        var arns = state.TaskDefinitions
            .Where(family => prefix is null || string.Equals(family.Key, prefix, StringComparison.Ordinal))
            .OrderBy(family => family.Key, StringComparer.Ordinal)
            .SelectMany(family => family.Value.Select(definition => definition.Text("taskDefinitionArn")!));
        if (request.Text("sort") is "DESC")
            arns = arns.Reverse();
        return Pages.Of([.. arns], request, "taskDefinitionArns");
    }

    /// <summary>The ARN of a task definition named by family (its newest), <c>family:revision</c> or ARN.</summary>
    public string Resolve(string name) =>
        Find(name)?.Text("taskDefinitionArn") ?? throw new SandboxException("ClientException", "TaskDefinition not found.");

    public JsonObject Get(string arn) => Find(arn) ?? throw new InvalidOperationException($"The task definition '{arn}' is gone.");

    private JsonObject? Find(string name)
    {
        var parts = ResourceNames.In(world, "task-definition", name)?.Split(':', 2);
        if (parts is null || !state.TaskDefinitions.TryGetValue(parts[0], out var revisions))
            return null;
        if (parts.Length == 1)
            return revisions[^1];
        return int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision >= 1 && revision <= revisions.Count
            ? revisions[revision - 1]
            : null;
    }

    // Tags stand beside a task definition, not in it.
    private static JsonObject Described(JsonObject definition, bool withTags)
    {
        var described = (JsonObject)definition.DeepClone();
        described.Remove("tags", out var tags);
        var answer = new JsonObject { ["taskDefinition"] = described };
        if (withTags)
            answer["tags"] = tags ?? new JsonArray();
        return answer;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,255}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex FamilyName();
}
