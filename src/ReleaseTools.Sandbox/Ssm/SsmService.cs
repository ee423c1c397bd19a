using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ssm;

/// <summary>AWS Systems Manager's Parameter Store.</summary>
internal sealed class SsmService(SandboxWorld world) : SandboxService(world)
{
    private const string Invalid = "ValidationException";
    private const int VersionsKept = 100;
    private const int MostNames = 10;

    private readonly ParameterDescriptions descriptions = new(world);

    /// <summary>The versions of each parameter, oldest first.</summary>
    private SortedDictionary<string, List<ParameterVersion>> parameters = new(StringComparer.Ordinal);

    public override string Name => "ssm";

    public override string TargetPrefix => "AmazonSSM";

    public override JsonObject Invoke(string operation, JsonObject request) => operation switch
    {
        "PutParameter" => Put(request),
        "GetParameter" => new JsonObject { ["Parameter"] = Named(request.Required("Name", Invalid), Decrypts(request)) ?? throw NotFound() },
        "GetParameters" => GetMany(request),
        "GetParametersByPath" => GetByPath(request),
        "DeleteParameter" => Delete(request.Required("Name", Invalid)) ? [] : throw NotFound(),
        "DeleteParameters" => DeleteMany(request),
        "GetParameterHistory" => History(request),
        "DescribeParameters" => Describe(request),
        _ => throw SandboxException.UnknownOperation(Name, operation),
    };

    public override string? TargetOf(string operation, JsonObject request) => request.Text("Name") ?? request.Text("Path");

    public override JsonObject Save() => new() { ["parameters"] = JsonSerializer.SerializeToNode(parameters) };

    public override void Load(JsonObject state) =>
        parameters = new(state["parameters"].Deserialize<Dictionary<string, List<ParameterVersion>>>()!, StringComparer.Ordinal);

    private JsonObject Put(JsonObject request)
    {
        var name = request.Required("Name", Invalid);
        var value = request.Required("Value", Invalid);
        ParameterRules.CheckName(name);
        var versions = parameters.GetValueOrDefault(name);
        if (versions is not null && request.Flag("Overwrite") is not true)
            throw new SandboxException("ParameterAlreadyExists", "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.");

        var newest = versions?[^1];
        var type = request.Text("Type") ?? newest?.Type ?? throw new SandboxException(Invalid, "A parameter type is required when you create a parameter.");
        if (type is not ("String" or "StringList" or "SecureString"))
            throw new SandboxException(Invalid, $"1 validation error detected: Value '{type}' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [SecureString, StringList, String]");

        // An advanced parameter cannot go back to standard.
        var version = new ParameterVersion
        {
            Name = name,
            Type = type,
            Value = value,
            Version = (newest?.Version ?? 0) + 1,
            Tier = ParameterRules.TierFor(value, newest?.Tier is "Advanced" ? "Advanced" : request.Text("Tier")),
            LastModified = World.Now,
            DataType = request.Text("DataType") ?? newest?.DataType ?? "text",
            Description = request.Text("Description") ?? newest?.Description,
            KeyId = type is "SecureString" ? request.Text("KeyId") ?? newest?.KeyId ?? "alias/aws/ssm" : null,
        };
        versions ??= parameters[name] = [];
        versions.Add(version);
        if (versions.Count > VersionsKept)
            versions.RemoveAt(0);
        return new JsonObject { ["Version"] = version.Version, ["Tier"] = version.Tier };
    }

    private JsonObject GetMany(JsonObject request)
    {
        var names = Names(request);
        var decrypted = Decrypts(request);
        var found = names.Select(name => (Name: name, Parameter: Named(name, decrypted))).ToList();
        return new JsonObject
        {
            ["Parameters"] = new JsonArray([.. found.Select(item => item.Parameter).OfType<JsonObject>()]),
            ["InvalidParameters"] = new JsonArray([.. found.Where(item => item.Parameter is null).Select(item => JsonValue.Create(item.Name))]),
        };
    }

    private JsonObject GetByPath(JsonObject request)
    {
        var path = request.Required("Path", Invalid);
        if (path[0] != '/')
            throw new SandboxException(Invalid, "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\".");
        var prefix = path.TrimEnd('/') + "/";
        var decrypted = Decrypts(request);
        var recursive = request.Flag("Recursive") ?? false;
        var found = parameters
            .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal) && (recursive || !entry.Key[prefix.Length..].Contains('/', StringComparison.Ordinal)))
            .Select(entry => descriptions.Parameter(entry.Value[^1], decrypted));
        return Page(request, [.. found], most: 10, size: 10, "Parameters");
    }

    private JsonObject History(JsonObject request)
    {
        var name = request.Required("Name", Invalid);
        var decrypted = Decrypts(request);
        var versions = parameters.GetValueOrDefault(name) ?? throw NotFound();
        return Page(request, [.. versions.Select(version => descriptions.Version(version, decrypted))], most: 50, size: 50, "Parameters");
    }

    // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html
    private JsonObject Describe(JsonObject request)
    {
        var passes = ParameterFilters.Of(request);
        var found = parameters.Where(entry => passes(entry.Key)).Select(entry => descriptions.Metadata(entry.Value[^1]));
        return Page(request, [.. found], most: 50, size: 50, "Parameters");
    }

    private JsonObject DeleteMany(JsonObject request)
    {
        var outcome = Names(request).ToLookup(Delete);
        return new JsonObject
        {
            ["DeletedParameters"] = new JsonArray([.. outcome[true].Select(name => JsonValue.Create(name))]),
            ["InvalidParameters"] = new JsonArray([.. outcome[false].Select(name => JsonValue.Create(name))]),
        };
    }

    private bool Delete(string name) => parameters.Remove(name);

    private static bool Decrypts(JsonObject request) => request.Flag("WithDecryption") is true;

    private JsonObject? Named(string name, bool decrypted)
    {
        if (Find(name) is not { } version)
            return null;
        var json = descriptions.Parameter(version, decrypted);
        if (name.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon)
            json["Selector"] = name[colon..];
        return json;
    }

    // A name may carry a version: "name:3".
    private ParameterVersion? Find(string name)
    {
        var parts = name.Split(':', 2);
        if (!parameters.TryGetValue(parts[0], out var versions))
            return null;
        if (parts.Length == 1)
            return versions[^1];
        return versions.Find(version => string.Equals(version.Version.ToString(CultureInfo.InvariantCulture), parts[1], StringComparison.Ordinal))
            ?? throw new SandboxException("ParameterVersionNotFound", $"Systems Manager could not find version {parts[1]} of {parts[0]}.");
    }

    private static IReadOnlyList<string> Names(JsonObject request) => request.Texts("Names") is { Count: > 0 and <= MostNames } names
        ? names
        : throw new SandboxException(Invalid, $"1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length between 1 and {MostNames}");

    private static JsonObject Page(JsonObject request, IReadOnlyList<JsonObject> items, int most, int size, string member)
    {
        var asked = request.Number("MaxResults") ?? size;
        if (asked < 1 || asked > most)
            throw new SandboxException(Invalid, $"1 validation error detected: Value '{asked}' at 'maxResults' failed to satisfy constraint: Member must be between 1 and {most}");
        var page = Wire.Page.Of(items, request.Text("NextToken"), (int)asked, () => new SandboxException("InvalidNextToken", "The specified token isn't valid."));
        return page.MarkNext(new JsonObject { [member] = page.Items.ToJsonArray() }, "NextToken");
    }

    // SSM sends this one without a message.
    private static SandboxException NotFound() => new("ParameterNotFound", string.Empty);
}
