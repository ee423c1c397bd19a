using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Server;

/// <summary>
/// A file of AWS calls that furnish an empty sandbox: a JSON array (comments and trailing commas allowed) of
/// <c>{ "service": "ecs", "operation": "CreateCluster", "request": { … } }</c>. In strings, <c>${HOST}</c> (the registry's),
/// <c>${ACCOUNT}</c>, <c>${REGION}</c> and <c>${WORKSPACE}</c> are filled in.
/// </summary>
internal static class SeedFile
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Replays the file's calls, in order.</summary>
    /// <exception cref="SandboxStartException">The file cannot be read, or a call failed; it says which.</exception>
    public static void Replay(string path, SandboxWorld world, SandboxServices services)
    {
        var calls = Read(path);
        lock (world.Gate)
        {
            for (var index = 0; index < calls.Count; index++)
                Replay(path, index, calls[index], world, services);
        }
    }

    private static JsonArray Read(string path)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path), documentOptions: Lenient) as JsonArray
                ?? throw Invalid($"The seed file '{path}' is not an array of calls.");
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or JsonException)
        {
            throw Invalid($"The seed file '{path}' cannot be read: {problem.Message}", problem);
        }
    }

    private static void Replay(string path, int index, JsonNode? call, SandboxWorld world, SandboxServices services)
    {
        var where = $"Call {index} of the seed file '{path}'";
        if (Text(call, "service") is not { } name || Text(call, "operation") is not { } operation)
            throw Invalid($"{where} needs 'service' and 'operation'.");
        if (services.ByName(name) is not { } service)
            throw Invalid($"{where}: there is no service '{name}'; there are {string.Join(", ", services.All.Select(known => known.Name))}.");

        try
        {
            services.Advance(world, service);
            service.Invoke(operation, (JsonObject)Filled(call!["request"] as JsonObject ?? [], world));
        }
        catch (SandboxException refusal)
        {
            throw Invalid($"{where} ({name} {operation}) failed: {refusal.Code}: {refusal.Message}", refusal);
        }
    }

    private static JsonNode Filled(JsonNode node, SandboxWorld world) => node switch
    {
        JsonObject json => new JsonObject(json.Select(member => KeyValuePair.Create(member.Key, member.Value is null ? null : (JsonNode?)Filled(member.Value, world)))),
        JsonArray array => new JsonArray([.. array.Select(item => item is null ? null : Filled(item, world))]),
        _ when node.GetValueKind() is JsonValueKind.String => JsonValue.Create(Filled(node.GetValue<string>(), world)),
        _ => node.DeepClone(),
    };

    private static string Filled(string text, SandboxWorld world) => text
        .Replace("${HOST}", world.Host, StringComparison.Ordinal)
        .Replace("${ACCOUNT}", world.Options.Account, StringComparison.Ordinal)
        .Replace("${REGION}", world.Options.Region, StringComparison.Ordinal)
        .Replace("${WORKSPACE}", world.Options.Workspace ?? string.Empty, StringComparison.Ordinal);

    private static string? Text(JsonNode? call, string name) =>
        call is JsonObject json && json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static SandboxStartException Invalid(string message, Exception? inner = null) => new(SandboxStartProblem.SeedInvalid, message, inner);
}
