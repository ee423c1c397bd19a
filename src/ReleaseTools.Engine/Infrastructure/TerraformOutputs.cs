using System.Text.Json;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>Reads <c>terraform output -json</c> into variables of the env file.</summary>
internal static class TerraformOutputs
{
    /// <summary>Whether an object is a list of outputs; an empty one is.</summary>
    public static bool AreOutputs(JsonElement answer) => answer.EnumerateObject().All(output =>
        output.Value.ValueKind == JsonValueKind.Object && output.Value.TryGetProperty("value", out _) && output.Value.TryGetProperty("sensitive", out _));

    /// <summary>
    /// The outputs by upper-cased name, in order; lists and maps as JSON; null outputs left out. Terraform allows hyphens in names, a shell
    /// does not: they become underscores.
    /// </summary>
    public static IReadOnlyList<InfraVariable> Read(JsonElement answer) =>
        [.. answer.EnumerateObject()
            .Where(output => output.Value.GetProperty("value").ValueKind != JsonValueKind.Null)
            .Select(output => new InfraVariable(
                output.Name.ToUpperInvariant().Replace('-', '_'), AsText(output.Value.GetProperty("value")), output.Value.GetProperty("sensitive").GetBoolean()))
            .OrderBy(variable => variable.Name, StringComparer.Ordinal)];

    private static string AsText(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Object or JsonValueKind.Array => Compact(value),
        _ => value.GetRawText(), // numbers as terraform writes them, true and false
    };

    private static string Compact(JsonElement value)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            value.WriteTo(writer);
        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
