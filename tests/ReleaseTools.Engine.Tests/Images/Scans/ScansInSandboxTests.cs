using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Scans;
using ReleaseTools.Engine.Tests.Doubles;
using ReleaseTools.Sandbox;

namespace ReleaseTools.Engine.Tests.Images.Scans;

/// <summary>The gate over signed calls to the sandbox's ECR, both on one clock that steps as soon as somebody waits.</summary>
public sealed class ScansInSandboxTests : IAsyncLifetime
{
    private static readonly SandboxFault Critical = new()
    {
        Kind = SandboxFaultKind.ScanFindings,
        Target = "web",
        Findings = [new ImageFinding { Name = "CVE-2023-0286", Severity = FindingSeverity.Critical, Package = "openssl 3.0.1", FixedIn = "3.0.8", Uri = "https://cve.example/0286" }],
    };

    private readonly FurnishedSandbox sandbox = new();
    private readonly RecordingObserver said = new();

    public async ValueTask InitializeAsync() => await sandbox.StartAsync();

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Theory]
    [InlineData("BASIC", "SCAN_ON_PUSH", null)]
    [InlineData("ENHANCED", "SCAN_ON_PUSH", "3.0.8")]
    [InlineData("ENHANCED", "CONTINUOUS_SCAN", "3.0.8")]
    public async Task What_is_pushed_is_scanned_and_fails_by_what_is_found(string scanType, string frequency, string? fixedIn)
    {
        await sandbox.ScanAsync(scanType, frequency);
        sandbox.Faults.Add(Critical);

        var (scan, error) = await CheckAsync();

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.ScanFindings));
        scan.Findings.ShouldBe([Critical.Findings[0] with { FixedIn = fixedIn }]);
    }

    [Theory]
    [InlineData("BASIC", "SCAN_ON_PUSH")]
    [InlineData("ENHANCED", "CONTINUOUS_SCAN")]
    public async Task What_has_no_findings_goes_on(string scanType, string frequency)
    {
        await sandbox.ScanAsync(scanType, frequency);

        var (scan, error) = await CheckAsync();

        error.ShouldBeNull();
        scan.Status.ShouldBe(ImageScanStatus.Complete);
    }

    [Theory]
    [InlineData("BASIC")]
    [InlineData("ENHANCED")]
    public async Task What_cannot_be_read_goes_on_with_a_warning(string scanType)
    {
        await sandbox.ScanAsync(scanType, "SCAN_ON_PUSH");
        sandbox.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.ScanUnsupported });

        var (scan, error) = await CheckAsync();

        error.ShouldBeNull();
        scan.Status.ShouldBe(ImageScanStatus.Unsupported);
    }

    [Fact]
    public async Task A_scan_that_fails_fails()
    {
        await sandbox.ScanAsync("BASIC", "SCAN_ON_PUSH");
        sandbox.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.ScanFailure, Reason = "Number of vulnerabilities exceeds the maximum" });

        var error = (await CheckAsync()).Error.ShouldNotBeNull();

        error.Id.ShouldBe(nameof(Messages.ScanFailed));
        error.Message.ShouldContain("Number of vulnerabilities exceeds the maximum");
    }

    [Fact]
    public async Task A_repository_that_is_not_scanned_is_off_at_once()
    {
        var before = sandbox.Time.Passed;

        (await CheckAsync()).Scan.Status.ShouldBe(ImageScanStatus.Off);

        sandbox.Time.Passed.ShouldBe(before);
    }

    [Fact]
    public async Task Without_the_permission_to_know_that_it_is_scanned_the_scan_still_counts()
    {
        await sandbox.ScanAsync("ENHANCED", "CONTINUOUS_SCAN");
        sandbox.Faults.Add(Critical);
        sandbox.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.AccessDenied, Operation = "BatchGetRepositoryScanningConfiguration", Count = null });

        (await CheckAsync()).Error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.ScanFindings));
    }

    [Fact]
    public async Task Without_the_permission_to_read_the_scan_nothing_is_known()
    {
        await sandbox.ScanAsync("BASIC", "SCAN_ON_PUSH");
        sandbox.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.AccessDenied, Operation = "DescribeImageScanFindings" });

        var error = (await CheckAsync()).Error.ShouldNotBeNull();

        (error.Id, error.Kind).ShouldBe((nameof(Messages.ScanUnreadable), ErrorKind.PermissionDenied));
        error.RecommendedAction.ShouldContain("ecr:DescribeImageScanFindings");
    }

    private async Task<ScanVerdict> CheckAsync()
    {
        var pushed = await sandbox.PushAsync("v1", "second");
        return await new ScanGate(sandbox.Registry, sandbox.Time).CheckAsync(
            new GatedImage("web", pushed.Repository, pushed.Digest!, FindingSeverity.High, TimeSpan.FromMinutes(4)), said, default);
    }
}
