using ReleaseTools.Engine.Images.Scans;

namespace ReleaseTools.Engine.Tests.Images.Scans;

public sealed class ScanTextTests
{
    [Fact]
    public void Findings_are_counted_worst_first() => ScanText.Counts([
        Finding(FindingSeverity.Undefined), Finding(FindingSeverity.Low), Finding(FindingSeverity.Critical), Finding(FindingSeverity.Low),
    ]).ShouldBe("1 Critical, 2 Low, 1 Undefined");

    [Fact]
    public void No_findings_are_nothing() => ScanText.Counts([]).ShouldBe("nothing");

    [Fact]
    public void A_finding_is_said_with_what_is_known_of_it()
    {
        ScanText.Of(Finding(FindingSeverity.Low)).ShouldBe("CVE-1 (Low)");
        ScanText.Of(Finding(FindingSeverity.Low) with { Package = "zlib 1.2", FixedIn = "1.3" }).ShouldBe("CVE-1 (Low) in zlib 1.2, fixed in 1.3");
    }

    [Theory]
    [InlineData(2, "\n  CVE-1 (Low)\n  CVE-1 (Low)")]
    [InlineData(1, "\n  CVE-1 (Low)\n  and 1 more")]
    public void What_is_not_named_is_counted(int most, string expected) =>
        ScanText.Lines([Finding(FindingSeverity.Low), Finding(FindingSeverity.Low)], most).ShouldBe(expected);

    [Theory]
    [InlineData(ImageScanStatus.Complete, "Its scan found nothing.")]
    [InlineData(ImageScanStatus.Off, "It is not scanned: said so.")]
    [InlineData(ImageScanStatus.Unsupported, "The scanner cannot read it: said so.")]
    [InlineData(ImageScanStatus.Failed, "Its scan failed: said so.")]
    [InlineData(ImageScanStatus.InProgress, "Its scan has not ended: said so.")]
    [InlineData(ImageScanStatus.NotFound, "It is not known to be scanned: said so.")]
    public void Every_status_is_said_in_a_sentence(ImageScanStatus status, string expected) =>
        ScanText.Of(new ImageScan { Status = status, Description = "said so." }).ShouldBe(expected);

    private static ImageFinding Finding(FindingSeverity severity) => new() { Name = "CVE-1", Severity = severity };
}
