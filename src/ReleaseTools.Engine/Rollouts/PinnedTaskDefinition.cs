using System.Text.Json.Nodes;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Turns the description of a task definition into the request that registers it again with another image. Every member
/// that AWS returned stays, known here or not, except what RegisterTaskDefinition does not accept. (API reference.)
/// </summary>
internal static class PinnedTaskDefinition
{
    private static readonly string[] ReadOnly =
        ["taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities", "registeredAt", "registeredBy", "deregisteredAt"];

    /// <summary>The request that registers the same again.</summary>
    /// <param name="answer">DescribeTaskDefinition's answer, tags included.</param>
    public static JsonObject Request(JsonObject answer)
    {
        var request = answer["taskDefinition"]?.DeepClone() as JsonObject ?? [];
        foreach (var member in request.Where(member => member.Value is null || ReadOnly.Contains(member.Key, StringComparer.Ordinal)).Select(member => member.Key).ToList())
            request.Remove(member);

        // The prefix is AWS's own (CloudFormation sets such tags), and refused from others.
        var tags = Objects(answer["tags"]).Where(tag => tag["key"]?.GetValue<string>().StartsWith("aws:", StringComparison.OrdinalIgnoreCase) == false).ToList();
        if (tags.Count > 0)
            request["tags"] = new JsonArray([.. tags.Select(tag => tag.DeepClone())]);
        return request;
    }

    /// <summary>The request that registers the same with another image, in each container that names this one.</summary>
    public static JsonObject Request(JsonObject answer, string image, string pinned)
    {
        var request = Request(answer);
        foreach (var container in Objects(request["containerDefinitions"]).Where(container => container["image"]?.GetValue<string>() == image))
            container["image"] = pinned;
        return request;
    }

    /// <summary>Whether two requests register the same. AWS gives lists of objects (environment, tags) back in an order of its own.</summary>
    public static bool AreSame(JsonObject one, JsonObject other) => Canonical(one) == Canonical(other);

    private static string Canonical(JsonNode? node) => node switch
    {
        JsonObject members => $"{{{string.Join(',', members.OrderBy(member => member.Key, StringComparer.Ordinal).Select(member => $"{member.Key}:{Canonical(member.Value)}"))}}}",
        JsonArray items when items.All(item => item is JsonObject) => $"[{string.Join(',', items.Select(Canonical).Order(StringComparer.Ordinal))}]",
        JsonArray items => $"[{string.Join(',', items.Select(Canonical))}]",
        _ => node?.ToJsonString() ?? "null",
    };

    private static IEnumerable<JsonObject> Objects(JsonNode? array) => (array as JsonArray)?.OfType<JsonObject>() ?? [];
}
