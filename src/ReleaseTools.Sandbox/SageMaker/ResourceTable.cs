using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.SageMaker;

/// <summary>
/// Models or endpoint configurations: made once, never changed. Every field given is kept, whether this code knows it or not,
/// and given back with the read-only ones.
/// </summary>
/// <param name="world">Clock and place.</param>
/// <param name="kind">As SageMaker's messages call it: <c>model</c>.</param>
/// <param name="prefix">The prefix of its fields: <c>Model</c> for <c>ModelName</c> and <c>ModelArn</c>.</param>
/// <param name="stale">The reads that lag.</param>
internal sealed partial class ResourceTable(SandboxWorld world, string kind, string prefix, StaleReads stale)
{
    private readonly SortedDictionary<string, JsonObject> resources = new(StringComparer.Ordinal);

    private string NameField => prefix + "Name";

    private string ArnField => prefix + "Arn";

    /// <summary>All of them, by name.</summary>
    public IReadOnlyCollection<JsonObject> All => resources.Values;

    /// <summary>The ARN that a name has; SageMaker writes names in lower case there.</summary>
    public string ArnOf(string name) => world.Arn("sagemaker", $"{prefix.ToLowerInvariant().Replace("endpointconfig", "endpoint-config", StringComparison.Ordinal)}/{name.ToLowerInvariant()}");

    /// <summary>Reads and checks a name in a request.</summary>
    public static string NameIn(JsonObject request, string field)
    {
        var name = request.Text(field) ?? throw SageMakerErrors.Missing(field);
        return NamePattern().IsMatch(name) ? name : throw SageMakerErrors.BadName(field, name);
    }

    /// <summary>Creates one; answers its ARN.</summary>
    public JsonObject Create(JsonObject request)
    {
        var name = NameIn(request, NameField);
        var arn = ArnOf(name);
        if (resources.ContainsKey(name))
            throw SageMakerErrors.AlreadyExists(kind, arn);
        var resource = request.Without("Tags");
        resource[ArnField] = arn;
        resource["CreationTime"] = AnswerJson.Epoch(world.Now);
        resources.Add(name, resource);
        stale.Changed(kind, name, before: null);
        return new JsonObject { [ArnField] = arn };
    }

    /// <summary>Whether an ARN is of one of them.</summary>
    public bool Holds(string arn) => resources.Values.Any(resource => resource.Text(ArnField) == arn);

    /// <summary>The resource of a name; null when there is none.</summary>
    public JsonObject? Find(string name) => resources.GetValueOrDefault(name);

    /// <summary>The resource of a name, as a read finds it.</summary>
    /// <exception cref="SandboxException">There is none, or it is not seen yet.</exception>
    public JsonObject Get(string name) =>
        (stale.Take(kind, name) is { } seen ? seen.Before : Find(name)) ?? throw SageMakerErrors.CouldNotFind(kind, ArnOf(name));

    /// <summary>Describes one.</summary>
    public JsonObject Describe(JsonObject request) => Get(NameIn(request, NameField)).DeepClone().AsObject();

    /// <summary>Deletes one, in use or not: SageMaker does not look.</summary>
    public JsonObject Delete(JsonObject request)
    {
        var name = NameIn(request, NameField);
        if (!resources.Remove(name, out var removed))
            throw SageMakerErrors.CouldNotFind(kind, ArnOf(name));
        stale.Changed(kind, name, removed);
        return [];
    }

    /// <summary>Lists them.</summary>
    public JsonObject List(JsonObject request, string field) =>
        SageMakerList.Of(All, request, NameField, field, resource => Summary(resource));

    /// <summary>The state as JSON.</summary>
    public JsonArray Save() => All.Select(resource => resource.DeepClone().AsObject()).ToJsonArray();

    /// <summary>Takes a state up.</summary>
    public void Load(IEnumerable<JsonObject> saved)
    {
        foreach (var resource in saved)
            resources[resource.Text(NameField)!] = resource.DeepClone().AsObject();
    }

    private JsonObject Summary(JsonObject resource) => new()
    {
        [NameField] = resource.Text(NameField),
        [ArnField] = resource.Text(ArnField),
        ["CreationTime"] = resource["CreationTime"]!.DeepClone(),
    };

    [GeneratedRegex("^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NamePattern();
}
