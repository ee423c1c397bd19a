using System.Text.Json;
using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox;

/// <summary>
/// Reads the members of a request. A member of the wrong JSON type is a <c>SerializationException</c>, as AWS's front ends
/// answer before a service sees the request; a missing one is for the service to judge, with the code it uses.
/// </summary>
internal static class RequestMembers
{
    public static string? Text(this JsonObject json, string name) => Value<string>(json, name, JsonValueKind.String, "a String");

    public static long? Number(this JsonObject json, string name)
    {
        if (json[name] is not { } node)
            return null;
        return node is JsonValue value && value.GetValueKind() is JsonValueKind.Number && decimal.TryParse(value.ToJsonString(), System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var number)
                && number is >= long.MinValue and <= long.MaxValue
            ? (long)number
            : throw Wrong(name, node, "a Number");
    }

    public static bool? Flag(this JsonObject json, string name) => json[name] is not { } node
        ? null
        : node is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : throw Wrong(name, node, "a Boolean");

    public static JsonObject? Structure(this JsonObject json, string name) =>
        json[name] is not { } node ? null : node as JsonObject ?? throw Wrong(name, node, "a structure");

    public static IReadOnlyList<string> Texts(this JsonObject json, string name) =>
        [.. List(json, name).Select(item => item is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Wrong(name, item, "a String"))];

    public static IReadOnlyList<JsonObject> Structures(this JsonObject json, string name) =>
        [.. List(json, name).Select(item => item as JsonObject ?? throw Wrong(name, item, "a structure"))];

    /// <summary>A text that must be there; the error code is the service's.</summary>
    public static string Required(this JsonObject json, string name, string code, string? message = null) =>
        json.Text(name) is { Length: > 0 } text ? text : throw new SandboxException(code, message ?? $"1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must not be null");

    /// <summary>Seconds since 1970, with milliseconds: how the JSON protocols write a time.</summary>
    public static double EpochSeconds(this DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private static JsonArray List(JsonObject json, string name) =>
        json[name] is not { } node ? [] : node as JsonArray ?? throw Wrong(name, node, "a list");

    private static T? Value<T>(JsonObject json, string name, JsonValueKind kind, string wanted)
        where T : class =>
        json[name] is not { } node ? null : node is JsonValue && node.GetValueKind() == kind ? node.GetValue<T>() : throw Wrong(name, node, wanted);

    private static SandboxException Wrong(string name, JsonNode? node, string wanted) =>
        new("SerializationException", $"{node?.GetValueKind() ?? JsonValueKind.Null} at '{name}' can not be converted to {wanted}");
}
