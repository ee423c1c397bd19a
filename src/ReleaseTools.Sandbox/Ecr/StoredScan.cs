namespace ReleaseTools.Sandbox.Ecr;

/// <summary>How a scan ends.</summary>
internal enum ScanOutcome
{
    /// <summary>With its findings, if any.</summary>
    Findings,

    /// <summary>The scanner cannot read the image.</summary>
    Unsupported,

    /// <summary>The scanner fails.</summary>
    Failed,
}

// How a scan goes, by the time since the push. One that StartImageScan starts shows at once.
//
//     basic       0 s  ScanNotFoundException    1 s  IN_PROGRESS     6 s  COMPLETE or FAILED
//     enhanced    0 s  ScanNotFoundException   10 s  PENDING        15 s  IN_PROGRESS
//                20 s  COMPLETE, or ACTIVE where images are scanned continuously, without findings
//                25 s  with its findings and the time of its end
//
// Basic scanning answers FAILED of an image that it cannot read, enhanced scanning UNSUPPORTED_IMAGE:
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning-troubleshooting.html
// That enhanced scanning is done before its findings are there: https://github.com/aws/aws-sdk/issues/289

/// <summary>A scan of an image. What it says follows from the time alone.</summary>
/// <param name="StartedAt">When it was asked for, by a push or by StartImageScan.</param>
/// <param name="ShowsAt">From when on ECR knows of it.</param>
/// <param name="EndsAt">When it ends.</param>
/// <param name="IsEnhanced">Whether Inspector does it.</param>
/// <param name="IsContinuous">Whether it goes on for good.</param>
/// <param name="Outcome">How it ends.</param>
/// <param name="Reason">What AWS says of an end without findings; the usual when null.</param>
/// <param name="Findings">What it finds.</param>
internal sealed record StoredScan(
    DateTimeOffset StartedAt, DateTimeOffset ShowsAt, DateTimeOffset EndsAt, bool IsEnhanced, bool IsContinuous, ScanOutcome Outcome, string? Reason, IReadOnlyList<ImageFinding> Findings)
{
    private const string NotSupported = "The operating system and/or package manager are not supported.";

    private static readonly TimeSpan Pending = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan FindingsLater = TimeSpan.FromSeconds(5);

    // What a scan finds that is scripted to find something, and not what.
    private static readonly ImageFinding Usual = new()
    {
        Name = "CVE-2024-3094", Severity = FindingSeverity.Critical, Package = "xz-utils 5.6.0-0.2", Uri = "https://nvd.nist.gov/vuln/detail/CVE-2024-3094",
    };

    /// <summary>A scan that begins with a push.</summary>
    public static StoredScan OnPush(RepositoryScanning how, SandboxFault? fault, DateTimeOffset now) => how.IsEnhanced
        ? Make(how, fault, now, shows: TimeSpan.FromSeconds(10), ends: TimeSpan.FromSeconds(20))
        : Make(how, fault, now, shows: TimeSpan.FromSeconds(1), ends: TimeSpan.FromSeconds(6));

    /// <summary>A basic scan that somebody starts.</summary>
    public static StoredScan Started(RepositoryScanning how, SandboxFault? fault, DateTimeOffset now) =>
        Make(how, fault, now, shows: TimeSpan.Zero, ends: TimeSpan.FromSeconds(5));

    /// <summary>When its findings are there.</summary>
    public DateTimeOffset ResultsAt => IsEnhanced ? EndsAt + FindingsLater : EndsAt;

    /// <summary>Whether ECR knows of it.</summary>
    public bool Shows(DateTimeOffset now) => now >= ShowsAt;

    /// <summary>Whether it ended with findings, and they are there.</summary>
    public bool HasResults(DateTimeOffset now) => Outcome == ScanOutcome.Findings && now >= ResultsAt;

    /// <summary>Its status, and what AWS says of it.</summary>
    public (string Status, string? Description) StatusAt(DateTimeOffset now) => Outcome switch
    {
        _ when IsEnhanced && now < ShowsAt + Pending => ("PENDING", "Pending start of the image scan."),
        _ when now < EndsAt => ("IN_PROGRESS", null),
        ScanOutcome.Unsupported when IsEnhanced => ("UNSUPPORTED_IMAGE", Reason ?? NotSupported),
        ScanOutcome.Unsupported => ("FAILED", $"UnsupportedImageError: {Reason ?? NotSupported}"),
        ScanOutcome.Failed => ("FAILED", Reason ?? "The scan failed."),
        _ when IsContinuous => ("ACTIVE", "Continuous scan is selected for image."),
        _ => ("COMPLETE", "The scan was completed successfully."),
    };

    private static StoredScan Make(RepositoryScanning how, SandboxFault? fault, DateTimeOffset now, TimeSpan shows, TimeSpan ends) => new(
        now,
        now + shows,
        now + ends + (fault?.Delay ?? TimeSpan.Zero),
        how.IsEnhanced,
        how.Frequency == RepositoryScanning.Continuous,
        fault?.Kind switch
        {
            SandboxFaultKind.ScanUnsupported => ScanOutcome.Unsupported,
            SandboxFaultKind.ScanFailure => ScanOutcome.Failed,
            _ => ScanOutcome.Findings,
        },
        fault?.Reason,
        fault?.Kind != SandboxFaultKind.ScanFindings ? [] : fault.Findings.Count == 0 ? [Usual] : fault.Findings);
}
