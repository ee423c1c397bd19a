using System.Text.Json.Nodes;

namespace ReleaseTools.Engine.Tests.Inference.Endpoints;

/// <summary>
/// Requests with every field that AWS documents, made from the fields of its service model (botocore 1.43): one a line,
/// <c>A.B[].C</c> with its type, <c>[]</c> for a list and <c>{}</c> for a map.
/// </summary>
internal static class DocumentedFields
{
    /// <summary>The request of an operation, each field filled; the tags, which no description holds, are left out.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="invented">Whether each structure has a field besides that nobody knows.</param>
    public static JsonObject Of(string operation, bool invented)
    {
        using var stream = typeof(DocumentedFields).Assembly.GetManifestResourceStream($"Fields/{operation}.fields.txt")!;
        using var reader = new StreamReader(stream);
        var request = new JsonObject();
        while (reader.ReadLine() is { } line)
        {
            var (path, type) = (line.Split(' ')[0], line.Split(' ')[1]);
            Put(request, path.Split('.'), type switch { "integer" => JsonValue.Create(7), "number" => JsonValue.Create(0.5), "boolean" => JsonValue.Create(true), _ => JsonValue.Create(path) });
        }

        if (invented)
            Invent(request);
        return request;
    }

    private static void Put(JsonObject into, ReadOnlySpan<string> path, JsonValue value)
    {
        var name = path[0].TrimEnd('[', ']', '{', '}');
        var (isList, isMap, isLast) = (path[0].EndsWith("[]", StringComparison.Ordinal), path[0].EndsWith("{}", StringComparison.Ordinal), path.Length == 1);
        if (isLast)
        {
            into[name] = isList ? new JsonArray(value) : isMap ? new JsonObject { ["ANY"] = value } : value;
            return;
        }

        into[name] ??= isList ? new JsonArray(new JsonObject()) : new JsonObject();
        Put((isList ? into[name]![0]! : into[name]!).AsObject(), path[1..], value);
    }

    private static void Invent(JsonObject structure)
    {
        foreach (var member in structure.ToList())
        {
            foreach (var inner in member.Value is JsonArray list ? list.OfType<JsonObject>() : member is { Key: not "Environment", Value: JsonObject one } ? [one] : [])
                Invent(inner);
        }

        structure["InventedForTheTest"] = new JsonObject { ["deep"] = new JsonArray(1, 1.25, null, new JsonObject { ["er"] = true }) };
    }
}
