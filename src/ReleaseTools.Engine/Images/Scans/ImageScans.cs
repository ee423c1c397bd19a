namespace ReleaseTools.Engine.Images.Scans;

/// <summary>Puts findings in order, and scans together.</summary>
internal static class ImageScans
{
    // What is known least stands first: several images are known as well as the least known of them.
    private static readonly ImageScanStatus[] LeastKnownFirst =
        [ImageScanStatus.Failed, ImageScanStatus.InProgress, ImageScanStatus.NotFound, ImageScanStatus.Off, ImageScanStatus.Unsupported, ImageScanStatus.Complete];

    /// <summary>Findings worst first, each vulnerability once for each package.</summary>
    public static IReadOnlyList<ImageFinding> InOrder(IEnumerable<ImageFinding> findings) =>
    [
        .. findings
            .OrderByDescending(finding => finding.Severity)
            .ThenBy(finding => finding.Name, StringComparer.Ordinal)
            .ThenBy(finding => finding.Package, StringComparer.Ordinal)
            .DistinctBy(finding => (finding.Name, finding.Package)),
    ];

    /// <summary>The scans of several images as one: the findings of all, and the status of that which is known least.</summary>
    public static ImageScan Unite(IReadOnlyList<ImageScan> scans)
    {
        if (scans.Count == 0)
            return new ImageScan { Status = ImageScanStatus.Unsupported, Description = "it lists no image" };
        var leastKnown = scans.MinBy(scan => Array.IndexOf(LeastKnownFirst, scan.Status))!;
        return scans.Count == 1
            ? leastKnown
            : leastKnown with
            {
                CompletedAt = leastKnown.Status == ImageScanStatus.Complete ? scans.Max(scan => scan.CompletedAt) : null,
                Findings = InOrder(scans.SelectMany(scan => scan.Findings)),
            };
    }
}
