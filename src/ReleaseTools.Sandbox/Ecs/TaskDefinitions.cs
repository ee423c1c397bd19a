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

    /// <summary>DeregisterTaskDefinition: one revision, which its services and tasks go on with and nobody else can begin.</summary>
    public JsonObject Deregister(JsonObject request)
    {
        var name = request.Required("taskDefinition", "ClientException", "TaskDefinition should not be empty.");
        if (!Clusters.LastPart(name).Contains(':', StringComparison.Ordinal))
            throw new SandboxException("ClientException", "Revision is missing.");
        var definition = Find(name) ?? throw new SandboxException("ClientException", "Unable to describe task definition.");
        if (!IsActive(definition))
            throw Inactive();
        definition["status"] = "INACTIVE";
        definition["deregisteredAt"] = world.Now.EpochSeconds();
        return Described(definition, withTags: false);
    }

    /// <summary>ListTaskDefinitions, in pages of 100; the active ones unless asked otherwise.</summary>
    public JsonObject List(JsonObject request)
    {
        var prefix = request.Text("familyPrefix");
        var status = request.Text("status") ?? "ACTIVE";
        var arns = state.TaskDefinitions
            .Where(family => prefix is null || string.Equals(family.Key, prefix, StringComparison.Ordinal))
            .OrderBy(family => family.Key, StringComparer.Ordinal)
            .SelectMany(family => family.Value.Where(definition => definition.Text("status") == status).Select(definition => definition.Text("taskDefinitionArn")!));
        if (request.Text("sort") is "DESC")
            arns = arns.Reverse();
        return Pages.Of([.. arns], request, "taskDefinitionArns");
    }

    /// <summary>The ARN of an active task definition named by family (its newest), <c>family:revision</c> or ARN.</summary>
    public string Resolve(string name)
    {
        var definition = Find(name) ?? throw new SandboxException("ClientException", "TaskDefinition not found.");
        return IsActive(definition) ? definition.Text("taskDefinitionArn")! : throw Inactive();
    }

    /// <summary>The family of a task definition's ARN.</summary>
    public static string FamilyOf(string arn) => Clusters.LastPart(arn).Split(':')[0];

    public JsonObject Get(string arn) => Find(arn) ?? throw new InvalidOperationException($"The task definition '{arn}' is gone.");

    private JsonObject? Find(string name)
    {
        var parts = ResourceNames.In(world, "task-definition", name)?.Split(':', 2);
        if (parts is null || !state.TaskDefinitions.TryGetValue(parts[0], out var revisions))
            return null;
        if (parts.Length == 1)
            return revisions.FindLast(IsActive);
        return int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && revision >= 1 && revision <= revisions.Count
            ? revisions[revision - 1]
            : null;
    }

    private static bool IsActive(JsonObject definition) => definition.Text("status") == "ACTIVE";

    private static SandboxException Inactive() =>
        new("ClientException", "The specified task definition is inactive. Specify an active task definition and try again.");

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
