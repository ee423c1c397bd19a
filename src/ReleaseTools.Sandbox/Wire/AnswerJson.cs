using System.Globalization;
using System.Text.Json.Nodes;

namespace ReleaseTools.Sandbox.Wire;

/// <summary>Writes fields of answers and of saved states; <see cref="RequestMembers"/> reads those of requests.</summary>
internal static class AnswerJson
{
    /// <summary>A timestamp, which the protocol carries as seconds since the epoch.</summary>
    public static DateTimeOffset? Time(this JsonObject request, string name) =>
        request[name] is JsonValue value && value.TryGetValue(out double seconds) ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : null;

    /// <summary>A moment as seconds since the epoch, to the millisecond as AWS answers.</summary>
    public static JsonNode Epoch(DateTimeOffset time) => JsonValue.Create(time.EpochSeconds());

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
