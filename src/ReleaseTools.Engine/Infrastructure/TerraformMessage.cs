using System.Text.Json;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>One line of terraform's machine-readable output (<c>-json</c>, ui 1.x).</summary>
/// <param name="Type">What it is: <c>planned_change</c>, <c>apply_complete</c>, <c>diagnostic</c>, …</param>
/// <param name="Message">What terraform says to people.</param>
/// <param name="Resource">The address of the resource it is about.</param>
/// <param name="Error">The whole text of an error's diagnostic; null for anything else.</param>
/// <remarks>See https://developer.hashicorp.com/terraform/internals/machine-readable-ui.</remarks>
internal sealed record TerraformMessage(string Type, string Message, string? Resource, string? Error)
{
    /// <summary>Whether it tells of the work itself, which begins when the configuration and the plan are read, and not of terraform or of what is wrong.</summary>
    public bool IsOfTheWork => Type is "planned_change" or "change_summary" or "refresh_start" || Type.StartsWith("apply_", StringComparison.Ordinal);

    /// <summary>The message of a line; null where it is none, such as a warning before terraform's own output begins.</summary>
    public static TerraformMessage? Parse(string line)
    {
        if (!line.StartsWith('{'))
            return null;
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var type = Text(root, "type") ?? "";
            return new(type, Text(root, "@message") ?? "", Address(root), type is "diagnostic" ? Diagnostic(root) : null);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Address(JsonElement root) =>
        root.TryGetProperty("hook", out var hook) && hook.TryGetProperty("resource", out var resource) ? Text(resource, "addr") : null;

    /// <summary>Summary, detail and place. The snippet and its values are left out: they are the user's code and data.</summary>
    private static string? Diagnostic(JsonElement root)
    {
        if (!root.TryGetProperty("diagnostic", out var diagnostic) || Text(diagnostic, "severity") is not "error")
            return null;
        var place = diagnostic.TryGetProperty("range", out var range) && range.TryGetProperty("start", out var start)
            ? $"{Text(range, "filename")}:{start.GetProperty("line").GetInt32()}:{start.GetProperty("column").GetInt32()}: "
            : "";
        var about = Text(diagnostic, "address") is { } address ? $" ({address})" : "";
        var detail = Text(diagnostic, "detail") is { Length: > 0 } text ? $": {text}" : "";
        return $"{place}{Text(diagnostic, "summary")}{about}{detail}";
    }

    private static string? Text(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;
}
