namespace ReleaseTools;

/// <summary>How bad a finding of ECR's scan is, from least to worst, in the scanner's own words.</summary>
public enum FindingSeverity
{
    /// <summary>The scanner gave it none (yet): <c>UNDEFINED</c>, or enhanced scanning's <c>UNTRIAGED</c>.</summary>
    Undefined,

    /// <summary><c>INFORMATIONAL</c>.</summary>
    Informational,

    /// <summary><c>LOW</c>.</summary>
    Low,

    /// <summary><c>MEDIUM</c>.</summary>
    Medium,

    /// <summary><c>HIGH</c>.</summary>
    High,

    /// <summary><c>CRITICAL</c>.</summary>
    Critical,
}

/// <summary>How a scan of an image stands.</summary>
public enum ImageScanStatus
{
    /// <summary>It has not ended, or not begun yet.</summary>
    InProgress,

    /// <summary>It has ended; <see cref="ImageScan.Findings"/> are its findings.</summary>
    Complete,

    /// <summary>The scanner failed.</summary>
    Failed,

    /// <summary>The scanner cannot read this image, as one <c>FROM scratch</c>: nothing is known.</summary>
    Unsupported,

    /// <summary>Nobody scans: scanning is off for the repository, or the registry has no scanner.</summary>
    Off,

    /// <summary>There is no scan, and whether one will begin could not be read: the permission for it is missing, or the repository is another account's.</summary>
    NotFound,
}

/// <summary>A scan of an image for known vulnerabilities.</summary>
public sealed record ImageScan
{
    /// <summary>How it stands.</summary>
    public required ImageScanStatus Status { get; init; }

    /// <summary>What the scanner says of its status.</summary>
    public string? Description { get; init; }

    /// <summary>When it ended; null when it has not, or the scanner does not say. The scan of a reused image is as old as its push.</summary>
    public DateTimeOffset? CompletedAt { get; init; }

    /// <summary>What it found, worst first, each vulnerability once for each package.</summary>
    public IReadOnlyList<ImageFinding> Findings { get; init => field = Indexable.Of(value); } = [];
}

/// <summary>A vulnerability that a scan found.</summary>
public sealed record ImageFinding
{
    /// <summary>Its name, such as <c>CVE-2024-3094</c>.</summary>
    public required string Name { get; init; }

    /// <summary>How bad it is.</summary>
    public required FindingSeverity Severity { get; init; }

    /// <summary>The package it is in, with its version; null when the scanner does not say.</summary>
    public string? Package { get; init; }

    /// <summary>The version of the package that is without it; null when there is none, or the scanner does not say.</summary>
    public string? FixedIn { get; init; }

    /// <summary>Where it is described.</summary>
    public string? Uri { get; init; }
}
