using System.Globalization;
using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Wire;

/// <summary>Reads fields of a request and writes those of an answer, as the AWS JSON protocols have them.</summary>
internal static class RequestJson
{
    /// <summary>A string field; null when it is absent, null or not a string.</summary>
    public static string? Text(this JsonObject request, string name) =>
        request[name] is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>A whole number; null when absent.</summary>
    public static int? Number(this JsonObject request, string name) =>
        request[name] is JsonValue value && value.TryGetValue(out double number) ? (int)number : null;

    /// <summary>A boolean; null when absent.</summary>
    public static bool? Flag(this JsonObject request, string name) =>
        request[name] is JsonValue value && value.TryGetValue(out bool flag) ? flag : null;

    /// <summary>A timestamp, which the protocol carries as seconds since the epoch.</summary>
    public static DateTimeOffset? Time(this JsonObject request, string name) =>
        request[name] is JsonValue value && value.TryGetValue(out double seconds) ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    /// <summary>A list of strings; empty when absent.</summary>
    public static IReadOnlyList<string> Texts(this JsonObject request, string name) =>
        request[name] is JsonArray array ? [.. array.Select(item => item?.ToString() ?? string.Empty)] : [];

    /// <summary>A list of objects; empty when absent.</summary>
    public static IReadOnlyList<JsonObject> Objects(this JsonObject request, string name) =>
        request[name] is JsonArray array ? [.. array.OfType<JsonObject>()] : [];

    /// <summary>A moment as seconds since the epoch, to the millisecond as AWS answers.</summary>
    public static JsonNode Epoch(DateTimeOffset time) => JsonValue.Create(time.ToUnixTimeMilliseconds() / 1000.0);

    /// <summary>A moment to be written into a saved state and read back without loss.</summary>
    public static string Stamp(DateTimeOffset time) => time.ToString("O", CultureInfo.InvariantCulture);

    /// <summary>Reads what <see cref="Stamp"/> wrote.</summary>
    public static DateTimeOffset Stamped(this JsonObject state, string name) =>
        DateTimeOffset.Parse(state.Text(name)!, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind);

    /// <summary>A copy of an object without some of its fields.</summary>
    public static JsonObject Without(this JsonObject source, params string[] names)
    {
        var copy = source.DeepClone().AsObject();
        foreach (var name in names)
            copy.Remove(name);
        return copy;
    }

    /// <summary>A list as a JSON array.</summary>
    public static JsonArray ToJsonArray(this IEnumerable<string> values) => [.. values.Select(value => (JsonNode?)JsonValue.Create(value))];

    /// <summary>A list as a JSON array.</summary>
    public static JsonArray ToJsonArray(this IEnumerable<JsonObject> values) => [.. values];
}
