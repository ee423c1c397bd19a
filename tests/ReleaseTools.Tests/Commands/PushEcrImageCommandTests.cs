using System.Collections;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using ReleaseTools.Engine.Images.Docker;

namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class PushEcrImageCommandTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task What_was_built_is_pushed_and_found_again_by_its_inputs()
    {
        await NeedEngineAsync();

        var pushed = workspace.Run("Build-AppImage web-ui -Tag v1 | Push-EcrImage -AlsoTag latest").Single<EcrImage>();
        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        pushed.ImageUri.ShouldBe($"{workspace.Sandbox.RegistryHost}/web-ui@{pushed.Digest}");
        pushed.Tags.ShouldContain("latest");

        var again = workspace.Run("Build-AppImage web-ui -Tag v2 | Push-EcrImage").Single<EcrImage>();
        again.Status.ShouldBe(ImagePushStatus.Retagged);
        again.Digest.ShouldBe(pushed.Digest);
    }

    [Fact]
    public void WhatIf_predicts_the_push_and_only_reads()
    {
        var image = Built("web-ui");

        var predicted = workspace.Run("$image | Push-EcrImage -WhatIf", ("image", image)).Single<EcrImage>();

        predicted.Status.ShouldBe(ImagePushStatus.Planned);
        predicted.Digest.ShouldBeNull();
        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void A_predicted_image_is_predicted_on()
    {
        workspace.Run("Build-AppImage web-ui -Tag v1 -WhatIf | Push-EcrImage").Single<EcrImage>().Status.ShouldBe(ImagePushStatus.Planned);

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void A_reused_image_needs_no_engine_and_gets_the_tag()
    {
        var held = workspace.PutImage("web-ui");

        var pushed = workspace.Run("Build-AppImage web-ui -Tag v2 | Push-EcrImage").Single<EcrImage>();

        pushed.Status.ShouldBe(ImagePushStatus.Retagged);
        pushed.Digest.ShouldBe(held.Digest);
    }

    [Fact]
    public void An_image_without_its_repository_fails_and_the_others_go_on()
    {
        var ran = workspace.Run("$images | Push-EcrImage -WhatIf", ("images", new[] { Built("missing"), Built("web-ui") }));

        ran.Error("RepositoryNotFound").TargetObject.ShouldBeOfType<EcrImage>().Name.ShouldBe("missing");
        ran.All<EcrImage>().Select(image => image.Status).ShouldBe([ImagePushStatus.Failed, ImagePushStatus.Planned], ignoreOrder: true); // each as it comes
    }

    [Fact]
    public void An_image_that_is_given_twice_is_pushed_once() =>
        workspace.Run("$images | Push-EcrImage -WhatIf", ("images", new[] { Built("web-ui"), Built("web-ui") })).Single<EcrImage>();

    [Fact]
    public void Each_image_s_repository_says_its_region()
    {
        var images = new[] { "eu-west-1", "us-east-1" }.Select(region => Built("web-ui") with { Repository = $"000000000000.dkr.ecr.{region}.amazonaws.com/web-ui" }).ToArray();

        var ran = workspace.Run("$images | Push-EcrImage -WhatIf", ("images", images));

        // The sandbox plays eu-west-1 and takes no call that is signed for another region.
        ran.All<EcrImage>().ShouldHaveSingleItem().Repository.ShouldContain("eu-west-1");
        ran.Terminated.ShouldNotBeNull().CategoryInfo.Category.ShouldBe(ErrorCategory.AuthenticationError);
    }

    [Fact]
    public void What_failed_to_build_comes_out_as_failed_without_another_error_and_an_empty_pipeline_pushes_nothing()
    {
        var failed = Built("web-ui") with { Status = ImageBuildStatus.Failed, Reason = "No such stage." };

        var pushed = workspace.Run("$failed | Push-EcrImage; @() | Push-EcrImage", ("failed", failed)).Single<EcrImage>();

        (pushed.Status, pushed.Reason).ShouldBe((ImagePushStatus.Failed, "Its build failed. No such stage."));

        workspace.Run("Get-ReleaseSandboxCall").Output.ShouldBeEmpty();
    }

    [Fact]
    public void A_tag_that_is_none_is_told_before_anything_is_built()
    {
        workspace.Run("Build-AppImage web-ui -Tag v1 | Push-EcrImage -AlsoTag 'a b'").End("ImageTagInvalid");

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void A_No_pushes_nothing_and_passes_nothing_on()
    {
        workspace.Host.Answer = "&No";

        workspace.Run("$image | Push-EcrImage -Confirm", ("image", Built("web-ui"))).Output.ShouldBeEmpty();
    }

    [Fact]
    public void A_finding_of_the_severity_fails_the_image_before_it_gets_a_tag()
    {
        workspace.Run("Add-ReleaseSandboxFault ScanFindings web-ui -Finding @{ Name = 'CVE-2023-0286'; Severity = 'Critical'; Package = 'openssl 3.0.1' }, @{ Name = 'CVE-2'; Severity = 'Low' }");
        workspace.PutImage("web-ui");
        var before = workspace.Changes();

        var ran = workspace.Run("Build-AppImage web-ui -Tag v2 | Push-EcrImage -AlsoTag latest -FailOnSeverity High");

        var failed = ran.Error("ScanFindings").TargetObject.ShouldBeOfType<EcrImage>();
        ran.Errors[0].Exception.Message.ShouldContain("CVE-2023-0286 (Critical) in openssl 3.0.1");
        ran.All<EcrImage>().ShouldBe([failed]);
        (failed.Status, failed.Digest).ShouldBe((ImagePushStatus.Failed, null));
        failed.Scan!.Findings.Select(finding => finding.Name).ShouldBe(["CVE-2023-0286", "CVE-2"]);
        workspace.Changes().ShouldBe(before);
    }

    [Fact]
    public void An_image_whose_scan_found_less_gets_its_tags_and_says_what_was_found()
    {
        workspace.Run("Add-ReleaseSandboxFault ScanFindings web-ui -Finding @{ Name = 'CVE-2'; Severity = 'Low' }");
        workspace.PutImage("web-ui");

        var pushed = workspace.Run("Build-AppImage web-ui -Tag v2 | Push-EcrImage -FailOnSeverity High").Single<EcrImage>();

        (pushed.Status, pushed.Scan!.Status).ShouldBe((ImagePushStatus.Retagged, ImageScanStatus.Complete));
        pushed.Reason.ShouldNotBeNull().ShouldEndWith("Its scan found 1 Low.");
    }

    [Fact]
    public void An_image_that_the_scanner_cannot_read_goes_on_with_a_warning()
    {
        workspace.Run("Add-ReleaseSandboxFault ScanUnsupported web-ui");
        workspace.PutImage("web-ui");

        workspace.Run("Build-AppImage web-ui -Tag v2 | Push-EcrImage -FailOnSeverity High").Single<EcrImage>().Status.ShouldBe(ImagePushStatus.Retagged);

        workspace.Host.Lines.ShouldContain(line => line.StartsWith("WARNING: web-ui: The scanner cannot read it", StringComparison.Ordinal));
    }

    [Fact]
    public void A_scan_that_does_not_end_is_waited_for_as_long_as_is_said()
    {
        workspace.Run("Add-ReleaseSandboxFault ScanFindings web-ui -Delay 10:00:00");
        workspace.PutImage("web-ui");

        workspace.Run("Build-AppImage web-ui -Tag v2 | Push-EcrImage -FailOnSeverity High -ScanTimeoutSec 1").Error("ScanNotEnded")
            .CategoryInfo.Category.ShouldBe(System.Management.Automation.ErrorCategory.OperationTimeout);
    }

    [Fact]
    public void WhatIf_says_that_the_scan_is_waited_for_and_asks_for_none()
    {
        var predicted = workspace.Run("$image | Push-EcrImage -FailOnSeverity High -WhatIf", ("image", Built("web-ui"))).Single<EcrImage>();

        predicted.Reason.ShouldNotBeNull().ShouldEndWith("fails it from High on.");
        workspace.Run("Get-ReleaseSandboxCall ecr *Scan*").Output.ShouldBeEmpty();
    }

    [Fact]
    public void A_severity_completes_and_no_severity_is_none_to_fail_on()
    {
        var completed = workspace.Run("(TabExpansion2 'Push-EcrImage -FailOnSeverity ' 30).CompletionMatches.CompletionText").All<string>();

        completed.ShouldBe(["Informational", "Low", "Medium", "High", "Critical"], ignoreOrder: true);
        workspace.Run("$image | Push-EcrImage -FailOnSeverity Undefined -WhatIf", ("image", Built("web-ui"))).Terminated.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_repository_that_is_not_there_is_made_before_the_push_where_that_is_asked_for()
    {
        await NeedEngineAsync();
        UseMissingRepository();

        var pushed = workspace.Run("Build-AppImage web-ui -Tag v1 -CreateRepository | Push-EcrImage -CreateRepository").Single<EcrImage>();

        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        pushed.ImageUri.ShouldBe($"{workspace.Sandbox.RegistryHost}/missing@{pushed.Digest}");
        workspace.Changes().Count(operation => operation == "CreateRepository").ShouldBe(1);
    }

    [Fact]
    public void WhatIf_predicts_that_the_repository_is_made_and_makes_none()
    {
        var predicted = workspace.Run("$image | Push-EcrImage -CreateRepository -WhatIf", ("image", Built("missing"))).Single<EcrImage>();

        (predicted.Status, predicted.Reason).ShouldBe((ImagePushStatus.Planned, "The repository is made first."));
        workspace.Host.Lines.ShouldContain(line => line.Contains($"\"Create repository\" on target \"{workspace.Sandbox.RegistryHost}/missing\"", StringComparison.Ordinal));
        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void A_No_makes_no_repository()
    {
        workspace.Host.Answer = "&No";

        workspace.Run("$image | Push-EcrImage -CreateRepository -Confirm", ("image", Built("missing"))).Output.ShouldBeEmpty();

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_registry_that_is_not_ECR_is_pushed_to_with_given_credentials_and_without_AWS()
    {
        await NeedEngineAsync();
        var (host, credential) = NeedRegistry();
        var image = workspace.Run("Build-AppImage web-ui -Tag v1 -NoReuse").Single<AppImage>() with { Repository = $"{host}/test-{Guid.NewGuid():N}" };
        var before = workspace.Run("Get-ReleaseSandboxCall").Output.Count;

        // No session could be made in such a region.
        var pushed = workspace.Run("$image | Push-EcrImage -Region 'not a region' -AlsoTag latest -RegistryCredential $credential", ("image", image), ("credential", credential)).Single<EcrImage>();

        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        pushed.Tags.ShouldContain("latest");
        workspace.Run("Get-ReleaseSandboxCall").Output.Count.ShouldBe(before);
    }

    [Fact]
    public void A_credential_is_for_one_registry()
    {
        var images = new[] { "registry.example", "other.example" }.Select(host => Built("web-ui") with { Repository = $"{host}/web-ui" }).ToArray();

        var error = workspace.Run("$images | Push-EcrImage -RegistryCredential $credential -WhatIf", ("images", images), ("credential", Credential("tester", "secret"))).End("RegistryCredentialAmbiguous");

        error.ErrorDetails.Message.ShouldContain("registry.example, other.example");
    }

    [Fact]
    public void A_credential_without_a_registry_that_takes_it_is_warned_of()
    {
        workspace.Run("$image | Push-EcrImage -RegistryCredential $credential -WhatIf", ("image", Built("web-ui")), ("credential", Credential("tester", "secret"))).Single<EcrImage>();

        workspace.Host.Lines.ShouldContain(line => line.StartsWith("WARNING: ", StringComparison.Ordinal) && line.Contains("-RegistryCredential is not used", StringComparison.Ordinal));
        workspace.Host.Lines.ShouldNotContain(line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void A_registry_that_cannot_be_reached_is_named()
    {
        var image = Built("web-ui") with { Repository = "no-such-registry.invalid/web-ui" };

        workspace.Run("$image | Push-EcrImage -WhatIf", ("image", image)).End("RegistryUnreachable").TargetObject.ShouldBe("no-such-registry.invalid");
    }

    private void UseMissingRepository() =>
        File.WriteAllText(workspace.EnvFile, File.ReadAllText(workspace.EnvFile).Replace("/web-ui'", "/missing'", StringComparison.Ordinal));

    private static (string Host, PSCredential Credential) NeedRegistry()
    {
        var host = Environment.GetEnvironmentVariable("RELEASETOOLS_TEST_REGISTRY");
        Assert.SkipWhen(host is null, "A registry is needed: RELEASETOOLS_TEST_REGISTRY names none.");
        return (host!, Credential(Environment.GetEnvironmentVariable("RELEASETOOLS_TEST_REGISTRY_USER")!, Environment.GetEnvironmentVariable("RELEASETOOLS_TEST_REGISTRY_PASSWORD")!));
    }

    private static PSCredential Credential(string user, string password) => new(user, new System.Net.NetworkCredential("", password).SecurePassword);

    private AppImage Built(string name) => new()
    {
        Name = name,
        Repository = $"{workspace.Sandbox.RegistryHost}/{name}",
        Tag = "v1",
        Status = ImageBuildStatus.Built,
        ImageId = "sha256:" + new string('0', 64),
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task NeedEngineAsync()
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);
        using var engine = DockerEngine.Connect(environment, TimeProvider.System);
        var why = await DockerUse.WhyNotAsync(engine, environment, TestContext.Current.CancellationToken);
        Assert.SkipWhen(why is not null, $"A Docker engine is needed: {why?.Message}");
    }
}
