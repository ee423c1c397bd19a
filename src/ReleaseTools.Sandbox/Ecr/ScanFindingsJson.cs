using System.Text.Json.Nodes;
using ReleaseTools.Sandbox.Wire;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>Findings as DescribeImageScanFindings gives them: those of basic and of enhanced scanning are different members.</summary>
internal static class ScanFindingsJson
{
    /// <summary>A page of what a scan found; next to nothing while it is not done.</summary>
    public static JsonObject Of(StoredScan scan, IReadOnlyList<ImageFinding> page, ImageRepository repository, StoredImage image, SandboxWorld world)
    {
        if (!scan.HasResults(world.Now))
            return new JsonObject { ["findings"] = new JsonArray() };

        var counts = new JsonObject();
        foreach (var severity in scan.Findings.GroupBy(finding => finding.Severity).OrderByDescending(severity => severity.Key))
            counts[Name(severity.Key)] = severity.Count();
        var findings = new JsonObject
        {
            ["imageScanCompletedAt"] = AnswerJson.Epoch(scan.EndsAt),
            ["vulnerabilitySourceUpdatedAt"] = AnswerJson.Epoch(scan.StartedAt),
            ["findingSeverityCounts"] = counts,
        };
        if (scan.IsEnhanced)
            findings["enhancedFindings"] = page.Select(finding => Enhanced(finding, scan, repository, image, world)).ToJsonArray();
        else
            findings["findings"] = page.Select(Basic).ToJsonArray();
        return findings;
    }

    private static JsonObject Basic(ImageFinding finding)
    {
        var (package, version) = Split(finding.Package);
        var attributes = new JsonArray();
        if (version is not null)
            attributes.Add(Attribute("package_version", version));
        if (package is not null)
            attributes.Add(Attribute("package_name", package));
        var json = new JsonObject { ["name"] = finding.Name, ["severity"] = Name(finding.Severity), ["attributes"] = attributes };
        if (finding.Uri is not null)
            json["uri"] = finding.Uri;
        return json;

        static JsonObject Attribute(string key, string value) => new() { ["key"] = key, ["value"] = value };
    }

    private static JsonObject Enhanced(ImageFinding finding, StoredScan scan, ImageRepository repository, StoredImage image, SandboxWorld world)
    {
        var (package, version) = Split(finding.Package);
        var details = new JsonObject { ["vulnerabilityId"] = finding.Name, ["source"] = "NVD" };
        if (finding.Uri is not null)
            details["sourceUrl"] = finding.Uri;
        if (package is not null)
        {
            details["vulnerablePackages"] = new JsonArray(new JsonObject
            {
                ["name"] = package, ["version"] = version ?? string.Empty, ["packageManager"] = "OS", ["fixedInVersion"] = finding.FixedIn ?? "NotAvailable",
            });
        }

        return new JsonObject
        {
            ["awsAccountId"] = world.Options.Account,
            ["findingArn"] = world.Arn("inspector2", $"finding/{finding.Name}"),
            ["type"] = "PACKAGE_VULNERABILITY",
            ["status"] = "ACTIVE",
            ["severity"] = finding.Severity == FindingSeverity.Undefined ? "UNTRIAGED" : Name(finding.Severity), // Inspector's own word
            ["title"] = package is null ? finding.Name : $"{finding.Name} - {package}",
            ["fixAvailable"] = finding.FixedIn is null ? "NO" : "YES",
            ["firstObservedAt"] = AnswerJson.Epoch(scan.EndsAt),
            ["lastObservedAt"] = AnswerJson.Epoch(scan.EndsAt),
            ["updatedAt"] = AnswerJson.Epoch(scan.EndsAt),
            ["packageVulnerabilityDetails"] = details,
            ["resources"] = new JsonArray(new JsonObject
            {
                ["type"] = "AWS_ECR_CONTAINER_IMAGE",
                ["id"] = $"{world.Arn("ecr", "repository/" + repository.Name)}/{image.Digest}",
                ["details"] = new JsonObject
                {
                    ["awsEcrContainerImage"] = new JsonObject
                    {
                        ["registry"] = world.Options.Account,
                        ["repositoryName"] = repository.Name,
                        ["imageHash"] = image.Digest,
                        ["imageTags"] = repository.TagsOf(image.Digest).ToJsonArray(),
                        ["pushedAt"] = AnswerJson.Epoch(image.PushedAt),
                    },
                },
            }),
        };
    }

    private static string Name(FindingSeverity severity) => severity.ToString().ToUpperInvariant();

    // A finding's package is its name and its version.
    private static (string? Name, string? Version) Split(string? package) =>
        package?.LastIndexOf(' ') is > 0 and var blank ? (package[..blank], package[(blank + 1)..]) : (package, null);
}
