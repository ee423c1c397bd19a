using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ssm;

/// <summary>
/// The filters of DescribeParameters by name; others are not modelled
/// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html).
/// </summary>
internal static class ParameterFilters
{
    private const int MostValues = 50;

    /// <summary>Whether a name passes all filters of a request.</summary>
    public static Func<string, bool> Of(JsonObject request)
    {
        var filters = request.Structures("ParameterFilters").Select(Read).ToList();
        return name => filters.TrueForAll(passes => passes(name));
    }

    private static Func<string, bool> Read(JsonObject filter)
    {
        var key = filter.Text("Key");
        var option = filter.Text("Option") ?? "Equals";
        var values = filter.Texts("Values");
        if (key is not "Name")
            throw new SandboxException("InvalidFilterKey", $"The sandbox knows no filter by {key}.");
        if (values.Count is 0 or > MostValues)
            throw new SandboxException("InvalidFilterValue", $"A filter takes 1 to {MostValues} values.");
        return option switch
        {
            "Equals" => name => values.Contains(name, StringComparer.Ordinal),
            "BeginsWith" => name => values.Any(value => name.StartsWith(value, StringComparison.Ordinal)),
            "Contains" => name => values.Any(value => name.Contains(value, StringComparison.Ordinal)),
            _ => throw new SandboxException("InvalidFilterOption", $"The filter option {option} is not valid. Valid options are: [BeginsWith, Equals, Contains]."),
        };
    }
}
