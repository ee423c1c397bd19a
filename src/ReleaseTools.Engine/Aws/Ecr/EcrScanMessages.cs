namespace ReleaseTools.Engine.Aws.Ecr;

// Requests and responses about scans, as EcrMessages.cs has them of the rest.
#pragma warning disable CS1591 // the members are AWS's own; its API reference describes them

public sealed record DescribeImageScanFindingsRequest(string RepositoryName, ImageIdentifier ImageId)
{
    public string? RegistryId { get; init; }
    public string? NextToken { get; init; }

    /// <summary>At most 1000; 100 when null.</summary>
    public int? MaxResults { get; init; }
}

public sealed record DescribeImageScanFindingsResponse(EcrScanStatus? ImageScanStatus, EcrScanFindings? ImageScanFindings, string? NextToken);
public sealed record EcrScanStatus(string? Status, string? Description);

/// <param name="Findings">Those of basic scanning.</param>
/// <param name="EnhancedFindings">Those of enhanced scanning, which Amazon Inspector does.</param>
public sealed record EcrScanFindings(
    DateTimeOffset? ImageScanCompletedAt,
    IReadOnlyDictionary<string, int>? FindingSeverityCounts,
    IReadOnlyList<EcrFinding>? Findings,
    IReadOnlyList<EcrEnhancedFinding>? EnhancedFindings);

public sealed record EcrFinding(string? Name, string? Uri, string? Severity, IReadOnlyList<EcrFindingAttribute>? Attributes);
public sealed record EcrFindingAttribute(string? Key, string? Value);

/// <param name="Status"><c>ACTIVE</c>, <c>SUPPRESSED</c> or <c>CLOSED</c>.</param>
public sealed record EcrEnhancedFinding(string? FindingArn, string? Title, string? Severity, string? Status, PackageVulnerabilityDetails? PackageVulnerabilityDetails);
public sealed record PackageVulnerabilityDetails(string? VulnerabilityId, string? SourceUrl, IReadOnlyList<VulnerablePackage>? VulnerablePackages);
public sealed record VulnerablePackage(string? Name, int? Epoch, string? Version, string? Release, string? FixedInVersion);

/// <param name="RepositoryNames">At most 25, of the caller's own registry: the operation takes no other.</param>
public sealed record BatchGetRepositoryScanningConfigurationRequest(IReadOnlyList<string> RepositoryNames);
public sealed record BatchGetRepositoryScanningConfigurationResponse(IReadOnlyList<RepositoryScanningConfiguration>? ScanningConfigurations);

/// <param name="ScanFrequency"><c>SCAN_ON_PUSH</c>, <c>CONTINUOUS_SCAN</c> or <c>MANUAL</c>.</param>
public sealed record RepositoryScanningConfiguration(string? RepositoryArn, string? RepositoryName, bool? ScanOnPush, string? ScanFrequency);
