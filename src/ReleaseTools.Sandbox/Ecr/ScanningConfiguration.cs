using System.IO.Enumeration;
using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>When the images of a repository are scanned.</summary>
/// <param name="IsEnhanced">Whether Inspector scans them.</param>
/// <param name="Frequency"><c>SCAN_ON_PUSH</c>, <c>CONTINUOUS_SCAN</c> or <c>MANUAL</c>.</param>
/// <param name="Filters">The filters of the registry's rules that took the repository in.</param>
internal sealed record RepositoryScanning(bool IsEnhanced, string Frequency, IReadOnlyList<JsonObject> Filters)
{
    public const string OnPush = "SCAN_ON_PUSH";
    public const string Continuous = "CONTINUOUS_SCAN";
    public const string Manual = "MANUAL";
}

/// <summary>
/// The registry's scanning configuration: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html.
/// Guarded by the lock of <see cref="ImageCatalog"/>.
/// </summary>
internal sealed class ScanningConfiguration
{
    private const int MostRules = 2;

    /// <summary><c>BASIC</c> or <c>ENHANCED</c>.</summary>
    public string ScanType { get; private set; } = "BASIC";

    /// <summary>Which repositories are scanned how often.</summary>
    public IReadOnlyList<JsonObject> Rules { get; private set; } = [];

    /// <summary>Whether Inspector scans.</summary>
    public bool IsEnhanced => ScanType == "ENHANCED";

    /// <summary>As AWS writes it.</summary>
    public JsonObject ToJson() => new() { ["scanType"] = ScanType, ["rules"] = Rules.Select(rule => rule.DeepClone().AsObject()).ToJsonArray() };

    /// <summary>Takes a configuration, as PutRegistryScanningConfiguration has it.</summary>
    /// <exception cref="SandboxException">InvalidParameterException.</exception>
    public void Take(JsonObject request)
    {
        var type = request.Text("scanType") ?? "BASIC";
        if (type is not ("BASIC" or "ENHANCED"))
            throw EcrErrors.Invalid("scanType", "Member must satisfy enum value set: [BASIC, ENHANCED]");
        var rules = request.Structures("rules");
        if (rules.Count > MostRules)
            throw EcrErrors.Invalid("rules", $"Member must have length less than or equal to {MostRules}");
        foreach (var rule in rules)
            Check(rule, type);
        ScanType = type;
        Rules = [.. rules.Select(rule => rule.DeepClone().AsObject())];
    }

    /// <summary>When the images of a repository are scanned.</summary>
    public RepositoryScanning Of(ImageRepository repository)
    {
        var rules = Rules
            .Select(rule => new RepositoryScanning(
                IsEnhanced, rule.Text("scanFrequency")!, [.. rule.Structures("repositoryFilters").Where(filter => Matches(filter.Text("filter")!, repository.Name))]))
            .Where(rule => rule.Filters.Count > 0)
            .ToList();

        // The repository's own setting is of basic scanning.
        var own = repository.ScanOnPush && !IsEnhanced ? RepositoryScanning.OnPush : RepositoryScanning.Manual;
        return rules.Find(rule => rule.Frequency == RepositoryScanning.Continuous)
            ?? rules.Find(rule => rule.Frequency == RepositoryScanning.OnPush)
            ?? new RepositoryScanning(IsEnhanced, own, []);
    }

    // "Filters with no wildcard will match all repository names that contain the filter."
    // https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-filters.html
    private static bool Matches(string filter, string name) =>
        filter.Contains('*', StringComparison.Ordinal) ? FileSystemName.MatchesSimpleExpression(filter, name, ignoreCase: false) : name.Contains(filter, StringComparison.Ordinal);

    private static void Check(JsonObject rule, string type)
    {
        string[] frequencies = type == "ENHANCED" ? [RepositoryScanning.OnPush, RepositoryScanning.Continuous] : [RepositoryScanning.OnPush, RepositoryScanning.Manual];
        if (!frequencies.Contains(rule.Text("scanFrequency"), StringComparer.Ordinal))
            throw EcrErrors.Invalid("rules.member.scanFrequency", $"The scan type {type} supports [{string.Join(", ", frequencies)}]");
        if (!rule.ContainsKey("repositoryFilters"))
            throw EcrErrors.Invalid("rules.member.repositoryFilters", "Member must not be null");
        foreach (var filter in rule.Structures("repositoryFilters"))
        {
            if (string.IsNullOrEmpty(filter.Text("filter")))
                throw EcrErrors.Invalid("rules.member.repositoryFilters.member.filter", "Member must not be null");
            if (filter.Text("filterType") != "WILDCARD")
                throw EcrErrors.Invalid("rules.member.repositoryFilters.member.filterType", "Member must satisfy enum value set: [WILDCARD]");
        }
    }
}
