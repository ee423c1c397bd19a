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

    /// <summary>Whether an apply would change anything: a resource, an output, or only the state (an import, a move, a resource that is forgotten).</summary>
    public bool HasChanges { get; init; }

    internal static bool IsPlan(JsonElement answer) => answer.TryGetProperty("format_version", out _);

    /// <summary>Reads <c>terraform show -json</c> of a plan (format 1.x), and what in it is sensitive.</summary>
    internal static TerraformPlan Read(JsonElement root, SensitiveValues sensitive)
    {
        Collect(root, sensitive);
        var resources = Array(root, "resource_changes")
            .Where(change => !change.TryGetProperty("mode", out var mode) || !mode.ValueEquals("data"))
            .Select(change => (Address: change.GetProperty("address").GetString()!, Actions: Actions(change.GetProperty("change")), MovesState: MovesState(change))).ToList();
        string[] outputs = [.. Members(root, "output_changes").Where(output => !IsNoOp(Actions(output.Value))).Select(output => output.Name)];
        return new()
        {
            HasChanges = IsTrue(root, "applyable") || outputs.Length > 0 || resources.Exists(resource => resource.MovesState || !IsNoOp(resource.Actions)),
            Adds = With("create"),
            Changes = With("update"),
            Destroys = With("delete"),
            Outputs = outputs,
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

    private static bool IsNoOp(string?[] actions) => actions is ["no-op"];

    // An import and a move are no-ops to the resource, and yet something to apply.
    private static bool MovesState(JsonElement resource) =>
        resource.TryGetProperty("previous_address", out _) || resource.GetProperty("change").TryGetProperty("importing", out _);

    private static bool IsTrue(JsonElement value, string name) => value.TryGetProperty(name, out var flag) && flag.ValueKind == JsonValueKind.True;

    private static string?[] Actions(JsonElement change) => [.. change.GetProperty("actions").EnumerateArray().Select(action => action.GetString())];

    private static JsonElement[] Array(JsonElement value, string name) =>
        value.TryGetProperty(name, out var array) && array.ValueKind == JsonValueKind.Array ? [.. array.EnumerateArray()] : [];

    private static JsonProperty[] Members(JsonElement value, string name) =>
        value.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Object ? [.. found.EnumerateObject()] : [];
}
