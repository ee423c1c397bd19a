using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>The tags of models, configurations and endpoints, by ARN. They live as long as what they are of.</summary>
/// <param name="exists">Whether an ARN names something that is there.</param>
internal sealed class TagTable(Func<string, bool> exists)
{
    private const int MaxTags = 50;
    private readonly SortedDictionary<string, SortedDictionary<string, string>> tags = new(StringComparer.Ordinal);

    /// <summary>Refuses what a Create operation could not take as tags, before anything is created.</summary>
    public static void Validate(JsonObject request) => Merged([], request.Structures("Tags"));

    /// <summary>Takes the tags that a Create operation was given; those of one of the same name that is gone are forgotten.</summary>
    public void Take(string arn, JsonObject request)
    {
        tags.Remove(arn);
        Add(arn, request.Structures("Tags"));
    }

    /// <summary>Forgets the tags of what is gone.</summary>
    public void Forget()
    {
        foreach (var arn in tags.Keys.Where(arn => !exists(arn)).ToList())
            tags.Remove(arn);
    }

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
        if (added.Count > 0)
            tags[arn] = Merged(tags.GetValueOrDefault(arn) ?? [], added);
    }

    private static SortedDictionary<string, string> Merged(SortedDictionary<string, string> held, IReadOnlyList<JsonObject> added)
    {
        var merged = new SortedDictionary<string, string>(held, StringComparer.Ordinal);
        foreach (var tag in added)
            merged[tag.Text("Key") ?? throw SageMakerErrors.Missing("Key")] = tag.Text("Value") ?? string.Empty;
        return merged.Count <= MaxTags ? merged : throw SageMakerErrors.Invalid($"The number of tags exceeds the limit of {MaxTags}.");
    }

    private JsonArray Listed(string arn) => tags.TryGetValue(arn, out var held)
        ? held.Select(tag => new JsonObject { ["Key"] = tag.Key, ["Value"] = tag.Value }).ToJsonArray()
        : [];

    private string ArnIn(JsonObject request)
    {
        var arn = request.Text("ResourceArn") ?? throw SageMakerErrors.Missing("ResourceArn");
        return exists(arn) ? arn : throw SageMakerErrors.Invalid($"Could not find resource \"{arn}\".");
    }
}
