using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Images.Scans;

namespace ReleaseTools.Engine.Images.Registries;

// What ECR says of a scan, and what that means:
//
//     COMPLETE, ACTIVE      with findings, their counts, or when it ended    Complete
//     COMPLETE, ACTIVE      with none of these                               InProgress
//     FAILED                of an UnsupportedImageError                      Unsupported
//     FAILED, LIMIT_EXCEEDED, SCAN_ELIGIBILITY_EXPIRED, IMAGE_ARCHIVED       Failed
//     UNSUPPORTED_IMAGE                                                      Unsupported
//     IN_PROGRESS, PENDING, and whatever AWS adds                            InProgress
//
// ACTIVE is enhanced scanning that goes on for good. Enhanced scanning says COMPLETE or ACTIVE before its findings are
// there (https://github.com/aws/aws-sdk/issues/289), and until then every image would pass for one without findings.
// Basic scanning answers FAILED of an image it cannot read
// (https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-troubleshooting.html).

/// <summary>Reads the answer of DescribeImageScanFindings, of basic and of enhanced scanning.</summary>
internal static class EcrScanAnswer
{
    /// <summary>The scan, of all pages of its answer.</summary>
    public static ImageScan Read(IReadOnlyList<DescribeImageScanFindingsResponse> pages)
    {
        var parts = pages.Select(page => page.ImageScanFindings).OfType<EcrScanFindings>().ToList();
        var said = pages[^1].ImageScanStatus;
        var hasResult = parts.Exists(HasResult);
        return new ImageScan
        {
            Status = StatusOf(said, hasResult),
            Description = said?.Status is "COMPLETE" or "ACTIVE" && !hasResult ? $"{Words(said)}, but what it found is not there yet" : Words(said),
            CompletedAt = parts.Max(part => part.ImageScanCompletedAt),
            Findings = ImageScans.InOrder(parts.SelectMany(part => (part.Findings ?? []).Select(Read).Concat((part.EnhancedFindings ?? []).Where(IsOpen).SelectMany(Read)))),
        };
    }

    private static bool HasResult(EcrScanFindings part) =>
        part is { ImageScanCompletedAt: not null } or { FindingSeverityCounts: not null } or { Findings.Count: > 0 } or { EnhancedFindings.Count: > 0 };

    private static ImageScanStatus StatusOf(EcrScanStatus? said, bool hasResult) => said?.Status switch
    {
        "COMPLETE" or "ACTIVE" => hasResult ? ImageScanStatus.Complete : ImageScanStatus.InProgress,
        "UNSUPPORTED_IMAGE" => ImageScanStatus.Unsupported,
        "FAILED" when said.Description?.StartsWith("UnsupportedImageError", StringComparison.Ordinal) == true => ImageScanStatus.Unsupported,
        "FAILED" or "LIMIT_EXCEEDED" or "SCAN_ELIGIBILITY_EXPIRED" or "IMAGE_ARCHIVED" => ImageScanStatus.Failed,
        _ => ImageScanStatus.InProgress,
    };

    private static string Words(EcrScanStatus? said) =>
        string.Join(": ", new[] { said?.Status, said?.Description?.TrimEnd('.') }.Where(part => !string.IsNullOrEmpty(part)));

    // What somebody suppressed in Inspector is judged already, and what is closed is gone.
    private static bool IsOpen(EcrEnhancedFinding finding) => finding.Status is not ("SUPPRESSED" or "CLOSED");

    private static ImageFinding Read(EcrFinding finding)
    {
        var attributes = finding.Attributes ?? [];
        return new ImageFinding
        {
            Name = finding.Name ?? "(no name)",
            Severity = Severity(finding.Severity),
            Package = Package(Value("package_name"), Value("package_version")),
            Uri = finding.Uri,
        };

        string? Value(string key) => attributes.FirstOrDefault(attribute => attribute.Key == key)?.Value;
    }

    private static IEnumerable<ImageFinding> Read(EcrEnhancedFinding finding)
    {
        var details = finding.PackageVulnerabilityDetails;
        var named = new ImageFinding
        {
            Name = details?.VulnerabilityId ?? finding.Title ?? finding.FindingArn ?? "(no name)",
            Severity = Severity(finding.Severity),
            Uri = details?.SourceUrl,
        };
        return details?.VulnerablePackages is { Count: > 0 } packages
            ? packages.Select(package => named with { Package = Package(package.Name, VersionOf(package)), FixedIn = FixIn(package.FixedInVersion) })
            : [named];
    }

    private static FindingSeverity Severity(string? said) => said switch
    {
        "CRITICAL" => FindingSeverity.Critical,
        "HIGH" => FindingSeverity.High,
        "MEDIUM" => FindingSeverity.Medium,
        "LOW" => FindingSeverity.Low,
        "INFORMATIONAL" => FindingSeverity.Informational,
        _ => FindingSeverity.Undefined, // UNDEFINED, and Inspector's UNTRIAGED
    };

    private static string? Package(string? name, string? version) => name is null ? null : string.IsNullOrEmpty(version) ? name : $"{name} {version}";

    // As rpm and dpkg write it.
    private static string VersionOf(VulnerablePackage package) =>
        (package.Epoch is > 0 ? $"{package.Epoch}:" : "") + package.Version + (string.IsNullOrEmpty(package.Release) ? "" : $"-{package.Release}");

    private static string? FixIn(string? version) => string.IsNullOrEmpty(version) || version.Equals("NotAvailable", StringComparison.OrdinalIgnoreCase) ? null : version;
}
