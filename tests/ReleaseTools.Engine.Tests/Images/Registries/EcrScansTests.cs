using System.Text.Json.Nodes;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Images.Registries;

public sealed class EcrScansTests : IDisposable
{
    private const string Repository = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/web";
    private const string Image = """{"schemaVersion":2,"config":{"digest":"sha256:c","size":1},"layers":[]}""";

    private readonly ScriptedAws aws = new();
    private readonly EcrRegistry registry;
    private string manifest = Image;

    public EcrScansTests()
    {
        registry = new EcrRegistry(aws.Session, TimeProvider.System);
        aws.On("BatchGetImage", _ => new JsonObject
        {
            ["images"] = new JsonArray(new JsonObject { ["imageId"] = new JsonObject { ["imageDigest"] = Digests.Of(manifest, "sha256:") }, ["imageManifest"] = manifest }),
        });
    }

    public void Dispose() => registry.Dispose();

    [Fact]
    public async Task Basic_findings_are_read_with_their_package_worst_first()
    {
        aws.On("DescribeImageScanFindings", """
            {
              "imageScanStatus": { "status": "COMPLETE", "description": "The scan was completed successfully." },
              "imageScanFindings": {
                "imageScanCompletedAt": 1579839105.5,
                "findingSeverityCounts": { "LOW": 1, "HIGH": 1 },
                "findings": [
                  { "name": "CVE-2019-5188", "severity": "LOW", "attributes": [ { "key": "package_name", "value": "e2fsprogs" } ] },
                  { "name": "CVE-2021-3177", "severity": "HIGH", "uri": "https://cve.example/3177",
                    "attributes": [ { "key": "package_version", "value": "3.7.3-2" }, { "key": "package_name", "value": "python3.7" }, { "key": "CVSS2_SCORE", "value": "7.5" } ] }
                ]
              }
            }
            """);

        var scan = await ScanAsync();

        (scan.Status, scan.Description).ShouldBe((ImageScanStatus.Complete, "COMPLETE: The scan was completed successfully"));
        scan.CompletedAt.ShouldBe(DateTimeOffset.FromUnixTimeMilliseconds(1579839105500));
        scan.Findings.ShouldBe(
        [
            new ImageFinding { Name = "CVE-2021-3177", Severity = FindingSeverity.High, Package = "python3.7 3.7.3-2", Uri = "https://cve.example/3177" },
            new ImageFinding { Name = "CVE-2019-5188", Severity = FindingSeverity.Low, Package = "e2fsprogs" },
        ]);
    }

    [Fact]
    public async Task Enhanced_findings_are_read_once_for_each_package_with_the_version_that_mends_them()
    {
        aws.On("DescribeImageScanFindings", """
            {
              "imageScanStatus": { "status": "ACTIVE", "description": "Continuous scan is selected for image." },
              "imageScanFindings": {
                "enhancedFindings": [
                  { "severity": "CRITICAL", "status": "ACTIVE", "title": "CVE-2023-0286 - openssl", "type": "PACKAGE_VULNERABILITY",
                    "packageVulnerabilityDetails": { "vulnerabilityId": "CVE-2023-0286", "sourceUrl": "https://cve.example/0286", "vulnerablePackages": [
                      { "name": "openssl", "epoch": 1, "version": "1.1.1k", "release": "7.el8", "arch": "X86_64", "fixedInVersion": "1:1.1.1k-9.el8_7" },
                      { "name": "openssl-libs", "epoch": 0, "version": "1.1.1k", "release": "7.el8", "fixedInVersion": "NotAvailable" } ] } },
                  { "severity": "CRITICAL", "status": "ACTIVE", "packageVulnerabilityDetails": { "vulnerabilityId": "CVE-2023-0286", "sourceUrl": "https://cve.example/0286",
                    "vulnerablePackages": [ { "name": "openssl", "epoch": 1, "version": "1.1.1k", "release": "7.el8", "filePath": "/usr/bin/openssl", "fixedInVersion": "1:1.1.1k-9.el8_7" } ] } },
                  { "severity": "UNTRIAGED", "status": "ACTIVE", "title": "CVE-2024-1 - something" }
                ]
              }
            }
            """);

        var scan = await ScanAsync();

        scan.Status.ShouldBe(ImageScanStatus.Complete);
        scan.Findings.ShouldBe(
        [
            new ImageFinding { Name = "CVE-2023-0286", Severity = FindingSeverity.Critical, Package = "openssl 1:1.1.1k-7.el8", FixedIn = "1:1.1.1k-9.el8_7", Uri = "https://cve.example/0286" },
            new ImageFinding { Name = "CVE-2023-0286", Severity = FindingSeverity.Critical, Package = "openssl-libs 1.1.1k-7.el8", Uri = "https://cve.example/0286" },
            new ImageFinding { Name = "CVE-2024-1 - something", Severity = FindingSeverity.Undefined },
        ]);
    }

    [Theory]
    [InlineData("SUPPRESSED")]
    [InlineData("CLOSED")]
    public async Task What_Inspector_does_not_count_any_more_is_no_finding(string status)
    {
        aws.On("DescribeImageScanFindings", $$"""
            {
              "imageScanStatus": { "status": "ACTIVE" },
              "imageScanFindings": { "enhancedFindings": [ { "severity": "CRITICAL", "status": "{{status}}", "title": "CVE-1" } ] }
            }
            """);

        var scan = await ScanAsync();

        (scan.Status, scan.Findings.Count).ShouldBe((ImageScanStatus.Complete, 0));
    }

    [Theory]
    [InlineData("ACTIVE")]
    [InlineData("COMPLETE")]
    public async Task A_scan_that_says_it_is_done_before_its_result_is_there_goes_on(string status)
    {
        aws.On("DescribeImageScanFindings", $$"""{ "imageScanStatus": { "status": "{{status}}", "description": "Said too early." }, "imageScanFindings": { "findings": [], "enhancedFindings": [] } }""");

        var scan = await ScanAsync();

        scan.Status.ShouldBe(ImageScanStatus.InProgress);
        scan.Description.ShouldBe($"{status}: Said too early, but what it found is not there yet");
    }

    [Theory]
    [InlineData(""" "imageScanCompletedAt": 1579839105 """)]
    [InlineData(""" "findingSeverityCounts": {} """)]
    public async Task A_scan_that_ended_without_findings_is_complete(string mark)
    {
        aws.On("DescribeImageScanFindings", $$"""{ "imageScanStatus": { "status": "ACTIVE" }, "imageScanFindings": { {{mark}} } }""");

        (await ScanAsync()).Status.ShouldBe(ImageScanStatus.Complete);
    }

    [Theory]
    [InlineData("IN_PROGRESS", null, ImageScanStatus.InProgress)]
    [InlineData("PENDING", "Pending start of the image scan.", ImageScanStatus.InProgress)]
    [InlineData("FINDINGS_UNAVAILABLE", null, ImageScanStatus.InProgress)]
    [InlineData("A_STATUS_TO_COME", null, ImageScanStatus.InProgress)]
    [InlineData("UNSUPPORTED_IMAGE", null, ImageScanStatus.Unsupported)]
    [InlineData("FAILED", "UnsupportedImageError: The operating system and/or package manager are not supported.", ImageScanStatus.Unsupported)]
    [InlineData("FAILED", "An internal error.", ImageScanStatus.Failed)]
    [InlineData("LIMIT_EXCEEDED", null, ImageScanStatus.Failed)]
    [InlineData("SCAN_ELIGIBILITY_EXPIRED", null, ImageScanStatus.Failed)]
    [InlineData("IMAGE_ARCHIVED", null, ImageScanStatus.Failed)]
    public async Task Every_status_of_ECR_means_one_of_ours(string status, string? description, ImageScanStatus expected)
    {
        aws.On("DescribeImageScanFindings", _ => new JsonObject { ["imageScanStatus"] = new JsonObject { ["status"] = status, ["description"] = description } });

        var scan = await ScanAsync();

        scan.Status.ShouldBe(expected);
        scan.Description.ShouldNotBeNull().ShouldStartWith(status);
    }

    [Fact]
    public async Task All_pages_of_findings_are_read()
    {
        aws.On("DescribeImageScanFindings", request =>
        {
            var token = request["nextToken"]?.GetValue<string>();
            var (name, next) = token switch { null => ("CVE-1", "a"), "a" => ("CVE-2", "b"), _ => ("CVE-3", null) };
            return new JsonObject
            {
                ["imageScanStatus"] = new JsonObject { ["status"] = "COMPLETE" },
                ["imageScanFindings"] = new JsonObject { ["findings"] = new JsonArray(new JsonObject { ["name"] = name, ["severity"] = "HIGH" }) },
                ["nextToken"] = next,
            };
        });

        (await ScanAsync()).Findings.Select(finding => finding.Name).ShouldBe(["CVE-1", "CVE-2", "CVE-3"]);

        var first = aws.RequestsOf("DescribeImageScanFindings").First();
        first.ToJsonString().ShouldBe($$"""{"repositoryName":"team/web","imageId":{"imageDigest":"{{Digests.Of(Image, "sha256:")}}"},"registryId":"123456789012","maxResults":1000}""");
    }

    [Fact]
    public async Task The_images_that_an_index_lists_are_scanned_one_by_one_and_its_attestations_are_not()
    {
        manifest = """
            {"manifests":[
              {"digest":"sha256:amd64","size":1,"platform":{"architecture":"amd64","os":"linux"}},
              {"digest":"sha256:arm64","size":1,"platform":{"architecture":"arm64","os":"linux"}},
              {"digest":"sha256:provenance","size":1,"platform":{"architecture":"unknown","os":"unknown"},"annotations":{"vnd.docker.reference.type":"attestation-manifest","vnd.docker.reference.digest":"sha256:amd64"}}]}
            """;
        aws.On("DescribeImageScanFindings", request => JsonNode.Parse(
            request["imageId"]!["imageDigest"]!.GetValue<string>() == "sha256:amd64"
                ? """{ "imageScanStatus": { "status": "COMPLETE" }, "imageScanFindings": { "imageScanCompletedAt": 10, "findings": [ { "name": "CVE-2", "severity": "LOW" }, { "name": "CVE-1", "severity": "LOW" } ] } }"""
                : """{ "imageScanStatus": { "status": "COMPLETE" }, "imageScanFindings": { "imageScanCompletedAt": 20, "findings": [ { "name": "CVE-2", "severity": "LOW" }, { "name": "CVE-3", "severity": "HIGH" } ] } }""")!);

        var scan = await ScanAsync();

        scan.Findings.Select(finding => finding.Name).ShouldBe(["CVE-3", "CVE-1", "CVE-2"]);
        (scan.Status, scan.CompletedAt).ShouldBe((ImageScanStatus.Complete, DateTimeOffset.FromUnixTimeSeconds(20)));
        aws.RequestsOf("DescribeImageScanFindings").Select(request => request["imageId"]!["imageDigest"]!.GetValue<string>()).ShouldBe(["sha256:amd64", "sha256:arm64"]);
    }

    [Fact]
    public async Task An_index_of_attestations_alone_has_nothing_to_scan()
    {
        manifest = """{"manifests":[{"digest":"sha256:p","size":1,"annotations":{"vnd.docker.reference.type":"attestation-manifest"}}]}""";

        (await ScanAsync()).Status.ShouldBe(ImageScanStatus.Unsupported);
    }

    [Fact]
    public async Task The_manifest_is_read_once_however_often_the_scan_is_looked_at()
    {
        aws.On("DescribeImageScanFindings", """{ "imageScanStatus": { "status": "IN_PROGRESS" } }""");

        await ScanAsync();
        await ScanAsync();

        aws.Operations.ShouldBe(["BatchGetImage", "DescribeImageScanFindings", "DescribeImageScanFindings"]);
    }

    [Theory]
    [InlineData("MANUAL", false, ImageScanStatus.Off)]
    [InlineData("SCAN_ON_PUSH", true, ImageScanStatus.InProgress)]
    [InlineData("CONTINUOUS_SCAN", false, ImageScanStatus.InProgress)]
    public async Task Without_a_scan_the_repository_s_configuration_says_whether_there_will_be_one(string frequency, bool scanOnPush, ImageScanStatus expected)
    {
        WithoutScan(Configuration("123456789012", frequency, scanOnPush));

        (await ScanAsync()).Status.ShouldBe(expected);

        aws.RequestsOf("BatchGetRepositoryScanningConfiguration").Single().ToJsonString().ShouldBe("""{"repositoryNames":["team/web"]}""");
    }

    [Fact]
    public async Task A_scan_that_somebody_started_counts_where_nothing_is_scanned_on_push()
    {
        aws.On("DescribeImageScanFindings", """{ "imageScanStatus": { "status": "COMPLETE" }, "imageScanFindings": { "imageScanCompletedAt": 1 } }""");

        (await ScanAsync()).Status.ShouldBe(ImageScanStatus.Complete);

        aws.Operations.ShouldNotContain("BatchGetRepositoryScanningConfiguration");
    }

    [Fact]
    public async Task Without_the_permission_to_read_the_configuration_it_is_not_known_whether_there_will_be_a_scan()
    {
        WithoutScan(() => throw new Engine.Aws.AwsServiceException(
            "AwsAccessDenied", ErrorKind.PermissionDenied, "ecr", "BatchGetRepositoryScanningConfiguration", "AccessDeniedException", System.Net.HttpStatusCode.BadRequest, "request", "denied", "", innerException: null));

        var scan = await ScanAsync();

        scan.Status.ShouldBe(ImageScanStatus.NotFound);
        scan.Description.ShouldNotBeNull().ShouldContain("ecr:BatchGetRepositoryScanningConfiguration is not permitted");
    }

    [Fact]
    public async Task A_repository_of_the_same_name_in_the_caller_s_account_says_nothing_of_another_account_s()
    {
        WithoutScan(Configuration("999999999999", "MANUAL", scanOnPush: false));

        (await ScanAsync()).Status.ShouldBe(ImageScanStatus.NotFound);
    }

    [Fact]
    public async Task A_configuration_that_AWS_does_not_give_for_the_moment_is_no_answer()
    {
        WithoutScan(() => throw ScriptedAws.Error("ThrottlingException"));

        (await Should.ThrowAsync<Engine.Aws.AwsServiceException>(ScanAsync)).Code.ShouldBe("ThrottlingException");
    }

    [Theory]
    [InlineData("RepositoryNotFoundException", nameof(Messages.RepositoryNotFound))]
    [InlineData("ImageNotFoundException", nameof(Messages.ManifestNotFound))]
    public async Task What_is_not_there_is_an_error(string code, string id)
    {
        aws.On("DescribeImageScanFindings", _ => throw ScriptedAws.Error(code));

        (await Should.ThrowAsync<ReleaseException>(ScanAsync)).Id.ShouldBe(id);
    }

    private static Func<JsonNode> Configuration(string account, string frequency, bool scanOnPush) => () => new JsonObject
    {
        ["scanningConfigurations"] = new JsonArray(new JsonObject
        {
            ["repositoryArn"] = $"arn:aws:ecr:eu-west-1:{account}:repository/team/web", ["repositoryName"] = "team/web", ["scanOnPush"] = scanOnPush, ["scanFrequency"] = frequency,
        }),
    };

    private void WithoutScan(Func<JsonNode> configuration)
    {
        aws.On("DescribeImageScanFindings", _ => throw ScriptedAws.Error("ScanNotFoundException"));
        aws.On("BatchGetRepositoryScanningConfiguration", _ => configuration());
    }

    private Task<ImageScan> ScanAsync() => registry.GetScanAsync(Repository, Digests.Of(manifest, "sha256:"), default);
}
