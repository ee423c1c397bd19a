using System.Text.Json;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>What a saved plan would do, by resource address. A replaced resource is both added and destroyed, as terraform counts it.</summary>
public sealed record TerraformPlan
{
    /// <summary>Resources to create.</summary>
    public IReadOnlyList<string> Adds { get; init; } = [];

    /// <summary>Resources to update in place.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>Resources to destroy.</summary>
    public IReadOnlyList<string> Destroys { get; init; } = [];

    /// <summary>Outputs that change.</summary>
    public IReadOnlyList<string> Outputs { get; init; } = [];

    /// <summary>Reads <c>terraform show -json</c> of a plan (format 1.x), and what in it is sensitive.</summary>
    internal static TerraformPlan Parse(string json, SensitiveValues sensitive)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        Collect(root, sensitive);
        var resources = Array(root, "resource_changes")
            .Where(change => !change.TryGetProperty("mode", out var mode) || !mode.ValueEquals("data"))
            .Select(change => (Address: change.GetProperty("address").GetString()!, Actions: Actions(change.GetProperty("change")))).ToList();
        return new()
        {
            Adds = With("create"),
            Changes = With("update"),
            Destroys = With("delete"),
            Outputs = [.. Members(root, "output_changes").Where(output => !Actions(output.Value).SequenceEqual(["no-op"], StringComparer.Ordinal)).Select(output => output.Name)],
        };

        IReadOnlyList<string> With(string action) =>
            [.. resources.Where(resource => resource.Actions.Contains(action, StringComparer.Ordinal)).Select(resource => resource.Address)];
    }

    private static void Collect(JsonElement plan, SensitiveValues sensitive)
    {
        var variables = Members(plan, "variables").ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal);
        if (plan.TryGetProperty("configuration", out var configuration) && configuration.TryGetProperty("root_module", out var module))
        {
            foreach (var declared in Members(module, "variables").Where(v => IsTrue(v.Value, "sensitive")))
            {
                if (variables.TryGetValue(declared.Name, out var given) && given.TryGetProperty("value", out var value))
                    sensitive.Add(value);
            }
        }

        foreach (var output in Members(plan, "output_changes"))
        {
            if (IsTrue(output.Value, "before_sensitive") && output.Value.TryGetProperty("before", out var before))
                sensitive.Add(before);
            if (IsTrue(output.Value, "after_sensitive") && output.Value.TryGetProperty("after", out var after))
                sensitive.Add(after);
        }
    }

    private static bool IsTrue(JsonElement value, string name) => value.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;

    private static string?[] Actions(JsonElement change) => [.. change.GetProperty("actions").EnumerateArray().Select(action => action.GetString())];

    private static JsonElement[] Array(JsonElement value, string name) =>
        value.TryGetProperty(name, out var array) && array.ValueKind == JsonValueKind.Array ? [.. array.EnumerateArray()] : [];

    private static JsonProperty[] Members(JsonElement value, string name) =>
        value.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Object ? [.. found.EnumerateObject()] : [];
}
