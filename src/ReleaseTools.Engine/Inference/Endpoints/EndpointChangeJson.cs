using System.Globalization;
using System.Text.Json.Nodes;
using ReleaseTools.Engine.Aws.SageMaker;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>Compares a change with the JSON of models and configurations, and makes it there.</summary>
internal static class EndpointChangeJson
{
    /// <summary>What would change in a container; nothing where it is so already.</summary>
    public static IEnumerable<string> DifferencesFrom(this EndpointChange change, JsonObject container)
    {
        var held = container["Environment"] as JsonObject ?? [];
        var set = change.Environment.Where(variable => EndpointClone.Text(held, variable.Key) != variable.Value).Select(variable => variable.Key).Order(StringComparer.Ordinal).ToList();
        if (set.Count > 0)
            yield return $"set {string.Join(", ", set)}";
        var removed = change.RemoveEnvironment.Where(held.ContainsKey).Order(StringComparer.Ordinal).ToList();
        if (removed.Count > 0)
            yield return $"remove {string.Join(", ", removed)}";
    }

    /// <summary>What would change in a variant; nothing where it is so already.</summary>
    /// <param name="change">The change.</param>
    /// <param name="variant">The variant as it is configured.</param>
    /// <param name="live">The variant as it is: autoscaling may have moved its count.</param>
    public static IEnumerable<string> DifferencesFrom(this EndpointChange change, JsonObject variant, ProductionVariantSummary? live)
    {
        if (change.InstanceType is not null && EndpointClone.Text(variant, "InstanceType") is var type && type != change.InstanceType)
            yield return $"instance type of {EndpointClone.Text(variant, "VariantName")}: {type ?? "none"} -> {change.InstanceType}";
        if (change.InstanceCount is { } asked && (live?.DesiredInstanceCount ?? EndpointClone.Number(variant, "InitialInstanceCount")) is var count && count != asked)
            yield return string.Create(CultureInfo.InvariantCulture, $"instances of {EndpointClone.Text(variant, "VariantName")}: {count ?? 0} -> {asked}");
    }

    /// <summary>Changes a container that is to be.</summary>
    public static void ApplyTo(this EndpointChange change, JsonObject container)
    {
        if (!change.IsOfEnvironment)
            return;
        var environment = container["Environment"] as JsonObject;
        if (environment is null)
            container["Environment"] = environment = [];
        foreach (var (name, value) in change.Environment)
            environment[name] = value;
        foreach (var name in change.RemoveEnvironment)
            environment.Remove(name);
    }

    /// <summary>Changes a variant that is to be.</summary>
    public static void ApplyToVariant(this EndpointChange change, JsonObject variant)
    {
        if (change.InstanceType is not null)
            variant["InstanceType"] = change.InstanceType;
        if (change.InstanceCount is not null)
            variant["InitialInstanceCount"] = change.InstanceCount;
    }
}
