using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.AutoScaling;

/// <summary>Scalable targets, their policies or their scheduled actions: every member that was given is kept and given back.</summary>
/// <param name="kind">What it is, in messages.</param>
/// <param name="names">What tells those of one target apart.</param>
/// <param name="mostListed">How many a page holds.</param>
internal sealed class ScalingTable(string kind, IReadOnlyList<string> names, int mostListed)
{
    /// <summary>The code of what is wrong with a request.</summary>
    public const string Invalid = "ValidationException";

    private readonly SortedDictionary<string, JsonObject> entries = new(StringComparer.Ordinal);

    /// <summary>The one that a request is about; null when there is none.</summary>
    public JsonObject? Find(JsonObject request) => entries.GetValueOrDefault(KeyOf(request));

    /// <summary>Takes one.</summary>
    public void Put(JsonObject entry) => entries[KeyOf(entry)] = entry;

    /// <summary>Removes the one that a request is about.</summary>
    /// <exception cref="SandboxException">There is none.</exception>
    public JsonObject Remove(JsonObject request) =>
        entries.Remove(KeyOf(request)) ? [] : throw new SandboxException("ObjectNotFoundException", $"No {kind} found for resource id '{request.Text("ResourceId")}'.");

    /// <summary>Removes what fits.</summary>
    public void RemoveWhere(Predicate<JsonObject> fits)
    {
        foreach (var key in entries.Where(entry => fits(entry.Value)).Select(entry => entry.Key).ToList())
            entries.Remove(key);
    }

    /// <summary>Whether one is of the target that a request is about.</summary>
    public static bool IsOfOneTarget(JsonObject one, JsonObject request) =>
        one.Text("ResourceId") == request.Text("ResourceId") && one.Text("ScalableDimension") == request.Text("ScalableDimension");

    /// <summary>The page that a request asks for.</summary>
    public JsonObject List(JsonObject request, string member)
    {
        var resources = request.Text("ResourceId") is { } one ? [one] : request.Texts("ResourceIds");
        var found = entries.Values
            .Where(entry => resources.Count == 0 || resources.Contains(entry.Text("ResourceId"), StringComparer.Ordinal))
            .Where(entry => request.Text("ScalableDimension") is not { } dimension || entry.Text("ScalableDimension") == dimension)
            .Select(entry => entry.DeepClone().AsObject());
        var size = request.Number("MaxResults") ?? mostListed;
        if (size < 1 || size > mostListed)
            throw new SandboxException(Invalid, $"1 validation error detected: Value '{size}' at 'maxResults' failed to satisfy constraint: Member must be between 1 and {mostListed}");
        var page = Page.Of([.. found], request.Text("NextToken"), (int)size, () => new SandboxException("InvalidNextTokenException", "The next token supplied was invalid."));
        return page.MarkNext(new JsonObject { [member] = page.Items.ToJsonArray() }, "NextToken");
    }

    /// <summary>The state as JSON.</summary>
    public JsonArray Save() => entries.Values.Select(entry => entry.DeepClone().AsObject()).ToJsonArray();

    /// <summary>Takes a state up.</summary>
    public void Load(IEnumerable<JsonObject> saved)
    {
        foreach (var entry in saved)
            Put(entry.DeepClone().AsObject());
    }

    private string KeyOf(JsonObject entry) => string.Join('\n', names.Prepend("ScalableDimension").Prepend("ResourceId").Select(name => entry.Required(name, Invalid)));
}
