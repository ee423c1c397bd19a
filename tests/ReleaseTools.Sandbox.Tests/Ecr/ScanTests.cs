using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Sandbox.Registry;
using ReleaseTools.Sandbox.Tests.Server;

namespace ReleaseTools.Sandbox.Tests.Ecr;

public sealed class ScanTests : IDisposable
{
    private const string Enhanced = """{"scanType":"ENHANCED","rules":[{"scanFrequency":"$FREQUENCY","repositoryFilters":[{"filter":"*","filterType":"WILDCARD"}]}]}""";

    private readonly FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("releasetools-test-");
    private SandboxServer server;
    private SigningClient aws;

    public ScanTests()
    {
        server = Start();
        aws = new SigningClient(server);
    }

    public void Dispose()
    {
        aws.Dispose();
        server.Dispose();
        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task A_basic_scan_begins_a_moment_after_the_push_and_ends_without_findings()
    {
        await CreateRepository(scanOnPush: true);
        var digest = await Push();

        (await Refusal(digest)).ShouldBe("ScanNotFoundException");
        Step(1);
        (await Status(digest)).ShouldBe("IN_PROGRESS");
        Step(5);
        var scan = await Findings(digest);
        Text(scan["imageScanStatus"]!["status"]).ShouldBe("COMPLETE");
        Text(scan["imageScanStatus"]!["description"]).ShouldBe("The scan was completed successfully.");
        Text(scan["imageId"]!["imageDigest"]).ShouldBe(digest);
        scan["imageScanFindings"]!["imageScanCompletedAt"]!.GetValue<double>().ShouldBe(clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0, 0.01);
        scan["imageScanFindings"]!["findings"]!.AsArray().ShouldBeEmpty();
        scan["imageScanFindings"]!["findingSeverityCounts"]!.AsObject().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_nobody_scans_has_no_scan()
    {
        await CreateRepository(scanOnPush: false);
        var digest = await Push();
        Step(60);

        (await Refusal(digest)).ShouldBe("ScanNotFoundException");
        var configuration = (await Call("BatchGetRepositoryScanningConfiguration", """{"repositoryNames":["web","none"]}"""));
        (Flag(configuration["scanningConfigurations"]![0]!["scanOnPush"]), Text(configuration["scanningConfigurations"]![0]!["scanFrequency"])).ShouldBe((false, "MANUAL"));
        Text(configuration["failures"]![0]!["failureCode"]).ShouldBe("REPOSITORY_NOT_FOUND");
    }

    [Fact]
    public async Task A_repository_s_own_setting_is_changed_for_what_is_pushed_from_then_on()
    {
        await CreateRepository(scanOnPush: false);
        var before = await Push("one");
        var put = await Call("PutImageScanningConfiguration", """{"repositoryName":"web","imageScanningConfiguration":{"scanOnPush":true}}""");
        var after = await Push("two");
        Step(10);

        Flag(put["imageScanningConfiguration"]!["scanOnPush"]).ShouldBeTrue();
        Flag((await Call("DescribeRepositories", "{}"))["repositories"]![0]!["imageScanningConfiguration"]!["scanOnPush"]).ShouldBeTrue();
        (await Refusal(before)).ShouldBe("ScanNotFoundException");
        (await Status(after)).ShouldBe("COMPLETE");
    }

    [Fact]
    public async Task A_scripted_scan_finds_what_it_is_told_to_and_the_next_one_nothing()
    {
        await CreateRepository(scanOnPush: true);
        server.Faults.Add(new SandboxFault
        {
            Kind = SandboxFaultKind.ScanFindings,
            Target = "web",
            Findings = [new ImageFinding { Name = "CVE-1", Severity = FindingSeverity.High, Package = "zlib 1.2.11", Uri = "https://cve.example/1" }],
        });
        var found = await Push("one");
        var clean = await Push("two");
        Step(10);

        var findings = (await Findings(found))["imageScanFindings"]!;
        findings["findingSeverityCounts"]!["HIGH"]!.GetValue<int>().ShouldBe(1);
        var finding = findings["findings"]!.AsArray().ShouldHaveSingleItem()!;
        (Text(finding["name"]), Text(finding["severity"]), Text(finding["uri"])).ShouldBe(("CVE-1", "HIGH", "https://cve.example/1"));
        finding["attributes"]!.AsArray().ToDictionary(attribute => Text(attribute!["key"]), attribute => Text(attribute!["value"]))
            .ShouldBe(new Dictionary<string, string> { ["package_name"] = "zlib", ["package_version"] = "1.2.11" }, ignoreOrder: true);
        (await Findings(clean))["imageScanFindings"]!["findings"]!.AsArray().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_scan_that_is_scripted_to_find_something_finds_a_usual_vulnerability()
    {
        await CreateRepository(scanOnPush: true);
        server.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.ScanFindings });
        var digest = await Push();
        Step(10);

        Text((await Findings(digest))["imageScanFindings"]!["findings"]!.AsArray().ShouldHaveSingleItem()!["severity"]).ShouldBe("CRITICAL");
    }

    [Fact]
    public async Task Another_repository_s_scan_is_left_alone()
    {
        await CreateRepository(scanOnPush: true);
        server.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.ScanFailure, Target = "worker" });
        var digest = await Push();
        Step(10);

        (await Status(digest)).ShouldBe("COMPLETE");
    }

    [Fact]
    public async Task A_scan_is_late_by_the_fault_s_delay()
    {
        await CreateRepository(scanOnPush: true);
        server.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.ScanFindings, Delay = TimeSpan.FromMinutes(10) });
        var digest = await Push();
        Step(60);

        (await Status(digest)).ShouldBe("IN_PROGRESS");
    }

    [Theory]
    [InlineData(SandboxFaultKind.ScanUnsupported, "FAILED", "UnsupportedImageError: The operating system and/or package manager are not supported.")]
    [InlineData(SandboxFaultKind.ScanFailure, "FAILED", "The scan failed.")]
    public async Task A_basic_scan_ends_as_scripted(SandboxFaultKind kind, string status, string description)
    {
        await CreateRepository(scanOnPush: true);
        server.Faults.Add(new SandboxFault { Kind = kind });
        var digest = await Push();
        Step(10);

        var scan = (await Findings(digest))["imageScanStatus"]!;
        (Text(scan["status"]), Text(scan["description"])).ShouldBe((status, description));
    }

    [Fact]
    public async Task Findings_come_in_pages()
    {
        await CreateRepository(scanOnPush: true);
        server.Faults.Add(new SandboxFault
        {
            Kind = SandboxFaultKind.ScanFindings,
            Findings = [.. Enumerable.Range(1, 250).Select(number => new ImageFinding { Name = $"CVE-{number:000}", Severity = FindingSeverity.Low })],
        });
        var digest = await Push();
        Step(10);

        var names = new List<string>();
        var pages = 0;
        for (string? token = null; pages == 0 || token is not null; pages++)
        {
            var page = await Findings(digest, token is null ? string.Empty : $""", "nextToken": "{token}" """);
            page["imageScanFindings"]!["findingSeverityCounts"]!["LOW"]!.GetValue<int>().ShouldBe(250);
            names.AddRange(page["imageScanFindings"]!["findings"]!.AsArray().Select(finding => Text(finding!["name"])));
            token = page["nextToken"]?.GetValue<string>();
        }

        pages.ShouldBe(3);
        names.Distinct().Count().ShouldBe(250);
        (await Findings(digest, """, "maxResults": 1000"""))["nextToken"].ShouldBeNull();
        (await Refusal(digest, """, "maxResults": 1001""")).ShouldBe("InvalidParameterException");
    }

    [Fact]
    public async Task A_basic_scan_is_started_once_a_day_and_the_one_on_push_counts()
    {
        await CreateRepository(scanOnPush: true);
        var digest = await Push();
        Step(10);
        var request = $$"""{"repositoryName":"web","imageId":{"imageDigest":"{{digest}}"} }""";

        (await aws.CallAsync("ecr", "StartImageScan", request)).ErrorCode.ShouldBe("LimitExceededException");
        clock.Advance(TimeSpan.FromHours(24));
        server.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.ScanFindings });
        Text((await Call("StartImageScan", request))["imageScanStatus"]!["status"]).ShouldBe("IN_PROGRESS");
        Step(5);
        (await Findings(digest))["imageScanFindings"]!["findings"]!.AsArray().Count.ShouldBe(1);
        (await aws.CallAsync("ecr", "StartImageScan", request)).ErrorCode.ShouldBe("LimitExceededException");
    }

    [Fact]
    public async Task A_scan_that_is_started_by_hand_shows_at_once()
    {
        await CreateRepository(scanOnPush: false);
        var digest = await Push();
        await Call("StartImageScan", """{"repositoryName":"web","imageId":{"imageTag":"v-one"}}""");

        (await Status(digest)).ShouldBe("IN_PROGRESS");
    }

    [Theory]
    [InlineData("SCAN_ON_PUSH", "COMPLETE")]
    [InlineData("CONTINUOUS_SCAN", "ACTIVE")]
    public async Task An_enhanced_scan_says_that_it_is_done_before_its_findings_are_there(string frequency, string done)
    {
        await CreateRepository(scanOnPush: false);
        await Call("PutRegistryScanningConfiguration", Enhanced.Replace("$FREQUENCY", frequency, StringComparison.Ordinal));
        server.Faults.Add(new SandboxFault
        {
            Kind = SandboxFaultKind.ScanFindings,
            Findings =
            [
                new ImageFinding { Name = "CVE-1", Severity = FindingSeverity.Critical, Package = "openssl 3.0.1", FixedIn = "3.0.2" },
                new ImageFinding { Name = "CVE-2", Severity = FindingSeverity.Undefined },
            ],
        });
        var digest = await Push();

        (await Refusal(digest)).ShouldBe("ScanNotFoundException");
        Step(10);
        (await Status(digest)).ShouldBe("PENDING");
        Step(5);
        (await Status(digest)).ShouldBe("IN_PROGRESS");
        Step(5);
        var early = await Findings(digest);
        Text(early["imageScanStatus"]!["status"]).ShouldBe(done);
        early["imageScanFindings"]!.AsObject().Select(member => member.Key).ShouldBe(["findings"]);
        Step(5);
        var findings = (await Findings(digest))["imageScanFindings"]!;
        findings["imageScanCompletedAt"].ShouldNotBeNull();
        findings["findings"].ShouldBeNull();
        findings["enhancedFindings"]!.AsArray().Select(finding => Text(finding!["severity"])).ShouldBe(["CRITICAL", "UNTRIAGED"]);
        var package = findings["enhancedFindings"]![0]!["packageVulnerabilityDetails"]!["vulnerablePackages"]![0]!;
        (Text(package["name"]), Text(package["version"]), Text(package["fixedInVersion"])).ShouldBe(("openssl", "3.0.1", "3.0.2"));
    }

    [Fact]
    public async Task An_image_that_enhanced_scanning_cannot_read_is_unsupported()
    {
        await CreateRepository(scanOnPush: false);
        await Call("PutRegistryScanningConfiguration", Enhanced.Replace("$FREQUENCY", "SCAN_ON_PUSH", StringComparison.Ordinal));
        server.Faults.Add(new SandboxFault { Kind = SandboxFaultKind.ScanUnsupported });
        var digest = await Push();
        Step(30);

        (await Status(digest)).ShouldBe("UNSUPPORTED_IMAGE");
    }

    [Fact]
    public async Task Scans_of_the_other_type_are_there_again_when_the_type_is_switched_back()
    {
        await CreateRepository(scanOnPush: true);
        var digest = await Push();
        Step(10);

        await Call("PutRegistryScanningConfiguration", """{"scanType":"ENHANCED","rules":[]}""");
        (await Refusal(digest)).ShouldBe("ScanNotFoundException");
        (await aws.CallAsync("ecr", "StartImageScan", $$"""{"repositoryName":"web","imageId":{"imageDigest":"{{digest}}"} }""")).ErrorCode.ShouldBe("ValidationException");
        await Call("PutRegistryScanningConfiguration", """{"scanType":"BASIC","rules":[]}""");
        (await Status(digest)).ShouldBe("COMPLETE");
    }

    [Theory]
    [InlineData("BASIC", "SCAN_ON_PUSH", "web", "SCAN_ON_PUSH")]
    [InlineData("BASIC", "SCAN_ON_PUSH", "eb", "SCAN_ON_PUSH")] // no wildcard: contained in the name
    [InlineData("BASIC", "SCAN_ON_PUSH", "w*", "SCAN_ON_PUSH")]
    [InlineData("BASIC", "SCAN_ON_PUSH", "*e", "MANUAL")]
    [InlineData("ENHANCED", "CONTINUOUS_SCAN", "web", "CONTINUOUS_SCAN")]
    [InlineData("ENHANCED", "CONTINUOUS_SCAN", "worker", "MANUAL")]
    public async Task A_registry_s_rules_take_repositories_in_by_filter(string type, string frequency, string filter, string expected)
    {
        await CreateRepository(scanOnPush: false);
        var put = await Call("PutRegistryScanningConfiguration", $$"""
            {"scanType":"{{type}}","rules":[{"scanFrequency":"{{frequency}}","repositoryFilters":[{"filter":"{{filter}}","filterType":"WILDCARD"}]}]}
            """);

        Text(put["registryScanningConfiguration"]!["scanType"]).ShouldBe(type);
        (await Call("GetRegistryScanningConfiguration", "{}"))["scanningConfiguration"]!.ToJsonString().ShouldBe(put["registryScanningConfiguration"]!.ToJsonString());
        var configuration = (await Call("BatchGetRepositoryScanningConfiguration", """{"repositoryNames":["web"]}"""))["scanningConfigurations"]![0]!;
        Text(configuration["scanFrequency"]).ShouldBe(expected);
        configuration["appliedScanFilters"]!.AsArray().Count.ShouldBe(expected == "MANUAL" ? 0 : 1);
    }

    [Theory]
    [InlineData("BASIC", "CONTINUOUS_SCAN", "WILDCARD")]
    [InlineData("ENHANCED", "MANUAL", "WILDCARD")]
    [InlineData("ENHANCED", "SCAN_ON_PUSH", "PREFIX")]
    [InlineData("OTHER", "SCAN_ON_PUSH", "WILDCARD")]
    public async Task A_configuration_that_ECR_does_not_know_is_refused(string type, string frequency, string filterType)
    {
        var answer = await aws.CallAsync("ecr", "PutRegistryScanningConfiguration", $$"""
            {"scanType":"{{type}}","rules":[{"scanFrequency":"{{frequency}}","repositoryFilters":[{"filter":"*","filterType":"{{filterType}}"}]}]}
            """);

        answer.ErrorCode.ShouldBe("InvalidParameterException");
    }

    [Fact]
    public async Task A_list_is_not_scanned_itself()
    {
        await CreateRepository(scanOnPush: true);
        var image = await Push();
        var index = Encoding.UTF8.GetBytes($$"""{"schemaVersion":2,"mediaType":"{{ManifestReader.OciIndex}}","manifests":[{"digest":"{{image}}","size":1}]}""");
        await Call("PutImage", new JsonObject { ["repositoryName"] = "web", ["imageTag"] = "index", ["imageManifest"] = Encoding.UTF8.GetString(index) }.ToJsonString());
        Step(10);

        (await Refusal(Digest.Of(index))).ShouldBe("ScanNotFoundException");
        (await aws.CallAsync("ecr", "StartImageScan", """{"repositoryName":"web","imageId":{"imageTag":"index"}}""")).ErrorCode.ShouldBe("UnsupportedImageTypeException");
        (await Status(image)).ShouldBe("COMPLETE");
    }

    [Fact]
    public async Task An_image_that_was_deleted_and_pushed_again_is_scanned_again()
    {
        await CreateRepository(scanOnPush: true);
        var digest = await Push();
        Step(10);
        await Call("BatchDeleteImage", $$"""{"repositoryName":"web","imageIds":[{"imageDigest":"{{digest}}"}]}""");

        (await Refusal(digest)).ShouldBe("ImageNotFoundException");
        await Push();
        (await Refusal(digest)).ShouldBe("ScanNotFoundException");
    }

    [Theory]
    [InlineData("""{"repositoryName":"none","imageId":{"imageTag":"v1"}}""", "RepositoryNotFoundException")]
    [InlineData("""{"repositoryName":"web","imageId":{"imageTag":"none"}}""", "ImageNotFoundException")]
    [InlineData("""{"repositoryName":"web","imageId":{}}""", "InvalidParameterException")]
    [InlineData("""{"repositoryName":"web"}""", "InvalidParameterException")]
    [InlineData("""{"repositoryName":"web","imageId":{"imageTag":"v1"},"registryId":"111111111111"}""", "RepositoryNotFoundException")]
    public async Task What_is_not_there_or_not_said_is_refused(string request, string code)
    {
        await CreateRepository(scanOnPush: true);

        (await aws.CallAsync("ecr", "DescribeImageScanFindings", request)).ErrorCode.ShouldBe(code);
        (await aws.CallAsync("ecr", "StartImageScan", request)).ErrorCode.ShouldBe(code);
    }

    [Fact]
    public async Task Scans_and_the_registry_s_configuration_are_there_again_when_the_sandbox_starts_on_its_state()
    {
        await CreateRepository(scanOnPush: true);
        await Call("PutRegistryScanningConfiguration", Enhanced.Replace("$FREQUENCY", "CONTINUOUS_SCAN", StringComparison.Ordinal));
        server.Faults.Add(new SandboxFault
        {
            Kind = SandboxFaultKind.ScanFindings,
            Findings = [new ImageFinding { Name = "CVE-1", Severity = FindingSeverity.Critical, Package = "openssl 3.0.1", FixedIn = "3.0.2", Uri = "https://cve.example/1" }],
        });
        var digest = await Push();
        Step(12);
        (await Status(digest)).ShouldBe("PENDING");
        aws.Dispose();
        server.Dispose();

        server = Start();
        aws = new SigningClient(server);

        (await Status(digest)).ShouldBe("PENDING");
        Step(13);
        var finding = (await Findings(digest))["imageScanFindings"]!["enhancedFindings"]!.AsArray().ShouldHaveSingleItem()!;
        Text(finding["packageVulnerabilityDetails"]!["sourceUrl"]).ShouldBe("https://cve.example/1");
        Text(finding["packageVulnerabilityDetails"]!["vulnerablePackages"]![0]!["fixedInVersion"]).ShouldBe("3.0.2");
        Text((await Call("GetRegistryScanningConfiguration", "{}"))["scanningConfiguration"]!["rules"]![0]!["scanFrequency"]).ShouldBe("CONTINUOUS_SCAN");
    }

    private static string Text(JsonNode? node) => node.ShouldNotBeNull().GetValue<string>();

    private static bool Flag(JsonNode? node) => node.ShouldNotBeNull().GetValue<bool>();

    private SandboxServer Start() => SandboxServer.Start(new SandboxOptions { Clock = clock, StatePath = directory.FullName });

    private void Step(int seconds) => clock.Advance(TimeSpan.FromSeconds(seconds));

    private Task<JsonObject> CreateRepository(bool scanOnPush) =>
        Call("CreateRepository", $$"""{"repositoryName":"web","imageScanningConfiguration":{"scanOnPush":{{(scanOnPush ? "true" : "false")}} } }""");

    private async Task<string> Push(string content = "one")
    {
        using var http = new HttpClient { BaseAddress = server.EndpointUrl };
        var token = Text((await Call("GetAuthorizationToken", "{}"))["authorizationData"]![0]!["authorizationToken"]);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", token);
        var (config, layer) = ("{}"u8.ToArray(), Encoding.UTF8.GetBytes(content));
        foreach (var blob in new[] { config, layer })
            (await http.PostAsync($"/v2/web/blobs/uploads/?digest={Digest.Of(blob)}", new ByteArrayContent(blob))).EnsureSuccessStatusCode();
        var manifest = Encoding.UTF8.GetBytes($$"""
            { "schemaVersion": 2, "mediaType": "{{ManifestReader.DockerManifest}}",
              "config": { "mediaType": "application/vnd.docker.container.image.v1+json", "size": 2, "digest": "{{Digest.Of(config)}}" },
              "layers": [ { "mediaType": "application/vnd.docker.image.rootfs.diff.tar.gzip", "size": {{layer.Length}}, "digest": "{{Digest.Of(layer)}}" } ] }
            """);
        var put = new ByteArrayContent(manifest) { Headers = { ContentType = new MediaTypeHeaderValue(ManifestReader.DockerManifest) } };
        (await http.PutAsync($"/v2/web/manifests/v-{content}", put)).EnsureSuccessStatusCode();
        return Digest.Of(manifest);
    }

    private async Task<JsonObject> Call(string operation, string request)
    {
        var answer = await aws.CallAsync("ecr", operation, request);
        answer.ErrorCode.ShouldBeNull();
        return answer.Json;
    }

    private Task<JsonObject> Findings(string digest, string more = "") =>
        Call("DescribeImageScanFindings", $$"""{"repositoryName":"web","imageId":{"imageDigest":"{{digest}}"} {{more}} }""");

    private async Task<string> Status(string digest) => Text((await Findings(digest))["imageScanStatus"]!["status"]);

    private async Task<string?> Refusal(string digest, string more = "") =>
        (await aws.CallAsync("ecr", "DescribeImageScanFindings", $$"""{"repositoryName":"web","imageId":{"imageDigest":"{{digest}}"} {{more}} }""")).ErrorCode;
}
