using System.Reflection;

namespace ReleaseTools.Tests.Views;

public sealed class FormatTests : IDisposable
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private const string ScanFound = "Its scan found 1 Critical, 17 High, 120 Medium, 240 Low, 3 Informational, 12 Undefined.";

    private static readonly ImageFinding Finding = new()
    {
        Name = "CVE-2023-0286", Severity = FindingSeverity.Critical, Package = "openssl 3.0.1", FixedIn = "3.0.8", Uri = "https://nvd.nist.gov/vuln/detail/CVE-2023-0286",
    };

    private readonly PowerShellSession session = new();

    public void Dispose() => session.Dispose();

    public static TheoryData<object, string> Records => new()
    {
        { new EcrImage { Name = "web-ui", Repository = "r/web-ui", Tag = "4f2c9e1", Digest = Digest, BytesSent = 12_400_000, Duration = TimeSpan.FromSeconds(72) }, "sha256:0123456789ab" },
        { new EcrImage { Name = "web-ui", Repository = "r/web-ui", Tag = "4f2c9e1", Digest = Digest, BytesSent = 12_400_000, Duration = TimeSpan.FromSeconds(72) }, "12.4 MB" },
        { new EcrImage { Name = "web-ui", Repository = "r/web-ui", Tag = "4f2c9e1", Digest = Digest, BytesSent = 12_400_000, Duration = TimeSpan.FromSeconds(72) }, "1m 12s" },
        { new BuildCommand { Command = ["npm", "run", "build"], Directory = "/w/ui" }, "npm run build" },
        { new BuildSecret { Id = "npm", EnvironmentVariable = "NPM_TOKEN" }, "variable NPM_TOKEN" },
        { new EcrImage { Name = "web-ui", Repository = "r/web-ui", Tag = "4f2c9e1", Digest = Digest, Reason = $"Pushed sha256:0123456789ab, 12.4 MB. {ScanFound}" }, "sha256:0123456789ab" },
        { new ImageScan { Status = ImageScanStatus.Complete, Findings = [Finding] }, "1 Critical" },
        { new ImageScan { Status = ImageScanStatus.Complete, Findings = [Finding] }, "CVE-2023-0286 (Critical) in openssl 3.0.1, fixed in 3.0.8" },
        { Finding, "CVE-2023-0286" },
        { new AppImage { Name = "web-ui", Repository = "r/web-ui", Tag = "4f2c9e1", SizeBytes = 1_500_000_000 }, "1.5 GB" },
        { new ServiceRollout { Service = "web-ui", Cluster = "main", RunningCount = 1, DesiredCount = 2, Duration = TimeSpan.FromHours(1.5) }, "1h 30m" },
        { new ReleaseTask { Service = "web-ui", Cluster = "main", Status = ReleaseTaskStatus.Failed, ExitCode = 3, Digest = Digest, Reason = "Container app exited with 3" }, "Container app exited with 3" },
        { new BeforeRolloutTask { Command = ["npm", "run", "migrate"], Timeout = TimeSpan.FromMinutes(10) }, "npm run migrate" },
        { new ReleaseService { Service = "web-ui", Cluster = "main", RunningCount = 1, DesiredCount = 2, RunningDigests = [Digest] }, "1/2" },
        { new ReleaseService { Service = "web-ui", Cluster = "main", TaskDefinition = "web:7", RunningDigests = [Digest] }, "0/0 sha256:0123456789ab web:7" },
        { new ServiceRollout { Service = "web-ui", Cluster = "main", Status = RolloutStatus.RolledBack, Digest = "sha256:new", RunningDigests = [Digest] }, "RolledBack     0/0 sha256:0123456789ab" },
        { new ReleaseSandboxCall { Number = 7, Time = DateTimeOffset.UnixEpoch, Service = "ecs", Operation = "UpdateService" }, "UpdateService" },
        { new InfraVariable("TOKEN", "secret", isSensitive: true), InfraVariable.Mask },
        { new InfraEnvironment { Path = "/w/.env", Variables = [new("REGION", "eu-west-1", isSensitive: false)] }, "eu-west-1" },
        { new InferenceBuild { Name = "video", ProjectName = "p", Repository = "r", Tag = "t", Phase = "PROVISIONING" }, "PROVISIONING" },
        { new EndpointUpdate { EndpointName = "video", Digest = Digest, PreviousDigest = Digest }, "sha256:0123456789ab" },
        { new EndpointDiagnosis { EndpointName = "video", Status = "Failed", Problem = "It can only be deleted.", NextCommand = "Repair-SageMakerEndpoint video" }, "Repair-SageMakerEndpoint video" },
        { new EndpointHistoryItem { EndpointName = "video", Kind = "Model", Name = "video-t1", Status = EndpointHistoryStatus.Planned, Reason = "Its release is not kept." }, "Planned" },
        { new UrlVerification { Url = "https://shop.example.com/health", Status = [200, 204] }, "200, 204" },
        { new InfrastructureChange { Directory = "/w/infra", Added = 3 }, "/w/infra" },
        { new ReleasePlan { Project = "shop", Tag = "t", Steps = [Step()] }, "Build  web-ui  Build   its inputs changed" },
        { new Release { Id = "20260101-t", Project = "shop", Tag = "t", Steps = [Step()], NextCommand = "Invoke-FullRelease" }, "Invoke-FullRelease" },
    };

    [Theory]
    [MemberData(nameof(Records))]
    public void A_view_shows_what_people_look_for(object record, string expected) =>
        string.Join('\n', Show(record)).ShouldContain(expected);

    [Theory]
    [MemberData(nameof(Records))]
    public void A_view_keeps_within_120_columns(object record, string expected)
    {
        expected.ShouldNotBeEmpty();
        Show(record).ShouldAllBe(line => line.Length <= 120);
    }

    [Fact]
    public void Every_record_that_cmdlets_give_has_a_view()
    {
        var records = typeof(Release).Assembly.GetExportedTypes().Where(type => type.GetMethod("<Clone>$", BindingFlags.Public | BindingFlags.Instance) is not null);
        var views = File.ReadAllText(Path.Combine(PackagedModule.Folder, "ReleaseTools.Format.ps1xml"));

        foreach (var record in records)
            views.ShouldContain($"<TypeName>{record.FullName}</TypeName>");
    }

    private static ReleaseStep Step() => new() { Id = "build:web-ui", Stage = ReleaseStage.Build, Name = "web-ui", Action = ReleaseAction.Build, Reason = "its inputs changed" };

    private IEnumerable<string> Show(object record)
    {
        using var pipeline = session.Start("$args[0] | Out-Default");
        pipeline.AddArgument(record).Invoke();
        return session.Host.Lines.SelectMany(line => line.Split('\n'));
    }
}
