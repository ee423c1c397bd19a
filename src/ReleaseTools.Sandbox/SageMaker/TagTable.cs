using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>The tags of models, configurations and endpoints, by ARN.</summary>
internal sealed class TagTable
{
    private const int MaxTags = 50;
    private readonly SortedDictionary<string, SortedDictionary<string, string>> tags = new(StringComparer.Ordinal);

    /// <summary>Takes the tags that a Create operation was given.</summary>
    public void Take(string arn, JsonObject request) => Add(arn, request.Structures("Tags"));

    /// <summary>AddTags.</summary>
    public JsonObject Add(JsonObject request)
    {
        var arn = ArnIn(request);
        Add(arn, request.Structures("Tags"));
        return new JsonObject { ["Tags"] = Listed(arn) };
    }

    /// <summary>ListTags.</summary>
    public JsonObject List(JsonObject request)
    {
        var size = request.Number("MaxResults") ?? MaxTags;
        if (size < MaxTags)
            throw SageMakerErrors.Invalid($"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 50");
        return new JsonObject { ["Tags"] = Listed(ArnIn(request)) };
    }

    /// <summary>DeleteTags.</summary>
    public JsonObject Delete(JsonObject request)
    {
        if (tags.TryGetValue(ArnIn(request), out var held))
        {
            foreach (var key in request.Texts("TagKeys"))
                held.Remove(key);
        }
        return [];
    }

    /// <summary>The state as JSON.</summary>
    public JsonObject Save()
    {
        var saved = new JsonObject();
        foreach (var arn in tags.Keys)
            saved[arn] = Listed(arn);
        return saved;
    }

    /// <summary>Takes a state up.</summary>
    public void Load(JsonObject saved)
    {
        foreach (var arn in saved.Select(entry => entry.Key))
            Add(arn, saved.Structures(arn));
    }

    private void Add(string arn, IReadOnlyList<JsonObject> added)
    {
        if (added.Count == 0)
            return;
        var held = tags.TryGetValue(arn, out var known) ? new SortedDictionary<string, string>(known, StringComparer.Ordinal) : new(StringComparer.Ordinal);
        foreach (var tag in added)
            held[tag.Text("Key") ?? throw SageMakerErrors.Missing("Key")] = tag.Text("Value") ?? string.Empty;
        if (held.Count > MaxTags)
            throw SageMakerErrors.Invalid($"The number of tags exceeds the limit of {MaxTags}.");
        tags[arn] = held;
    }

    private JsonArray Listed(string arn) => tags.TryGetValue(arn, out var held)
        ? held.Select(tag => new JsonObject { ["Key"] = tag.Key, ["Value"] = tag.Value }).ToJsonArray()
        : [];

    private static string ArnIn(JsonObject request) => request.Text("ResourceArn") ?? throw SageMakerErrors.Missing("ResourceArn");
}
