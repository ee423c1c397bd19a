using ReleaseTools.Engine.Images.Scans;

namespace ReleaseTools.Engine.Tests.Images.Scans;

public sealed class ImageScansTests
{
    [Theory]
    [InlineData(ImageScanStatus.Complete, ImageScanStatus.Complete, ImageScanStatus.Complete)]
    [InlineData(ImageScanStatus.Complete, ImageScanStatus.Unsupported, ImageScanStatus.Unsupported)]
    [InlineData(ImageScanStatus.Unsupported, ImageScanStatus.Off, ImageScanStatus.Off)]
    [InlineData(ImageScanStatus.Off, ImageScanStatus.NotFound, ImageScanStatus.NotFound)]
    [InlineData(ImageScanStatus.NotFound, ImageScanStatus.InProgress, ImageScanStatus.InProgress)]
    [InlineData(ImageScanStatus.InProgress, ImageScanStatus.Failed, ImageScanStatus.Failed)]
    public void Several_images_are_known_as_well_as_the_least_known_of_them(ImageScanStatus one, ImageScanStatus other, ImageScanStatus expected)
    {
        ImageScans.Unite([Scan(one), Scan(other)]).Status.ShouldBe(expected);
        ImageScans.Unite([Scan(other), Scan(one)]).Status.ShouldBe(expected);
    }

    [Fact]
    public void The_findings_of_all_are_united_also_where_one_is_not_known()
    {
        var known = Scan(ImageScanStatus.Complete) with { Findings = [new ImageFinding { Name = "CVE-1", Severity = FindingSeverity.High }] };

        ImageScans.Unite([known, Scan(ImageScanStatus.InProgress)]).Findings.ShouldBe(known.Findings);
    }

    [Fact]
    public void A_vulnerability_is_named_once_for_each_package_as_bad_as_it_is_at_its_worst()
    {
        ImageFinding[] findings =
        [
            new() { Name = "CVE-2", Severity = FindingSeverity.Low, Package = "a" },
            new() { Name = "CVE-1", Severity = FindingSeverity.Low, Package = "b" },
            new() { Name = "CVE-1", Severity = FindingSeverity.Low, Package = "a" },
            new() { Name = "CVE-1", Severity = FindingSeverity.High, Package = "a" },
        ];

        ImageScans.InOrder(findings).Select(finding => (finding.Name, finding.Package, finding.Severity)).ShouldBe(
            [("CVE-1", "a", FindingSeverity.High), ("CVE-1", "b", FindingSeverity.Low), ("CVE-2", "a", FindingSeverity.Low)]);
    }

    private static ImageScan Scan(ImageScanStatus status) => new() { Status = status };
}
