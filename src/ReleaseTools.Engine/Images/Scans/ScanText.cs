using System.Globalization;
using System.Text;

namespace ReleaseTools.Engine.Images.Scans;

/// <summary>Scans and their findings as they are said to people, the same in errors, reasons and views.</summary>
public static class ScanText
{
    /// <summary>How many findings of each severity, worst first: <c>1 Critical, 3 High</c>; <c>nothing</c> where there are none.</summary>
    public static string Counts(IReadOnlyList<ImageFinding> findings)
    {
        var counts = findings.GroupBy(finding => finding.Severity).OrderByDescending(group => group.Key)
            .Select(group => string.Create(CultureInfo.InvariantCulture, $"{group.Count()} {group.Key}"));
        return findings.Count == 0 ? "nothing" : string.Join(", ", counts);
    }

    /// <summary>A finding: <c>CVE-2024-3094 (Critical) in xz-utils 5.6.1, fixed in 5.6.2</c>.</summary>
    public static string Of(ImageFinding finding) =>
        $"{finding.Name} ({finding.Severity}){(finding.Package is null ? "" : $" in {finding.Package}")}{(finding.FixedIn is null ? "" : $", fixed in {finding.FixedIn}")}";

    /// <summary>The first findings, each on an indented line of its own, and how many are left out.</summary>
    /// <param name="findings">Worst first.</param>
    /// <param name="most">How many are named at most.</param>
    public static string Lines(IReadOnlyList<ImageFinding> findings, int most)
    {
        var text = new StringBuilder();
        foreach (var finding in findings.Take(most))
            text.Append("\n  ").Append(Of(finding));
        if (findings.Count > most)
            text.Append(CultureInfo.InvariantCulture, $"\n  and {findings.Count - most} more");
        return text.ToString();
    }

    /// <summary>What a scan says, in a sentence.</summary>
    public static string Of(ImageScan scan) => scan.Status switch
    {
        ImageScanStatus.Complete => $"Its scan found {Counts(scan.Findings)}.",
        ImageScanStatus.Off => $"It is not scanned: {Why(scan)}.",
        ImageScanStatus.Unsupported => $"The scanner cannot read it: {Why(scan)}.",
        ImageScanStatus.Failed => $"Its scan failed: {Why(scan)}.",
        ImageScanStatus.InProgress => $"Its scan has not ended: {Why(scan)}.",
        _ => $"It is not known to be scanned: {Why(scan)}.",
    };

    /// <summary>What the scanner says of its status, for the middle or the end of a sentence.</summary>
    internal static string Why(ImageScan scan) => string.IsNullOrEmpty(scan.Description) ? "no reason is given" : scan.Description.TrimEnd('.');
}
