namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class InvokeFullReleaseCommandTests : IDisposable
{
    private const string Release = "Invoke-FullRelease -Tag v1 -SkipTerraform -Builder CodeBuild";

    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void It_releases_everything_and_proves_it()
    {
        var release = workspace.Run(Release).Single<Release>();

        release.Status.ShouldBe(ReleaseStatus.Succeeded);
        release.Images.Count.ShouldBe(5);
        release.Endpoint!.Status.ShouldBe(EndpointUpdateStatus.Updated);
        release.Services.Single(service => service.Service == "web-ui").Status.ShouldBe(RolloutStatus.Verified);
        var changes = workspace.Changes().ToList();
        changes.IndexOf("UpdateEndpoint").ShouldBeLessThan(changes.IndexOf("UpdateService"));
    }

    [Fact]
    public void WhatIf_gives_the_plan_and_only_reads()
    {
        var plan = workspace.Run($"{Release} -WhatIf").Single<ReleasePlan>();

        plan.Steps.Count.ShouldBeGreaterThan(5);
        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void A_No_does_nothing_at_all()
    {
        workspace.Host.Answer = "&No";

        workspace.Run($"{Release} -Confirm").Output.ShouldBeEmpty();

        workspace.Run("Get-ReleaseSandboxCall").Output.ShouldBeEmpty();
    }

    [Fact]
    public void A_build_that_fails_is_an_error_and_a_release_that_says_what_to_do_next()
    {
        workspace.Run("Add-ReleaseSandboxFault BuildFailure stereo-spot-build -Count 1");

        var ran = workspace.Run(Release);

        ran.Error("InferenceBuildFailed");
        var release = ran.Output.ShouldHaveSingleItem().ShouldBeOfType<Release>();
        release.Status.ShouldBe(ReleaseStatus.Failed);
        release.NextCommand.ShouldNotBeNullOrWhiteSpace();
        workspace.Changes().ShouldNotContain("UpdateService");
    }

    [Fact]
    public void A_finding_of_the_severity_ends_it_before_anything_is_rolled_out()
    {
        workspace.Run("Add-ReleaseSandboxFault ScanFindings web-ui -Finding @{ Name = 'CVE-2023-0286'; Severity = 'Critical' }");

        var ran = workspace.Run($"{Release} -FailOnSeverity High");

        ran.Error("ScanFindings");
        var release = ran.Output.ShouldHaveSingleItem().ShouldBeOfType<Release>();
        release.Status.ShouldBe(ReleaseStatus.Failed);
        release.Reason.ShouldNotBeNull().ShouldContain("CVE-2023-0286");
        release.NextCommand.ShouldNotBeNull().ShouldEndWith("-Builder CodeBuild -FailOnSeverity High -SkipTerraform -Tag v1");
        workspace.Changes().ShouldNotContain("UpdateService");
        workspace.Changes().ShouldNotContain("UpdateEndpoint");
    }

    [Fact]
    public void Every_image_that_goes_on_says_what_its_scan_found_and_one_that_nobody_scans_says_that()
    {
        var release = workspace.Run($"{Release} -FailOnSeverity High").Single<Release>();

        release.Status.ShouldBe(ReleaseStatus.Succeeded);
        release.Images.ToDictionary(image => image.Name, image => image.Scan?.Status).ShouldBe(
            new Dictionary<string, ImageScanStatus?>
            {
                ["web-ui"] = ImageScanStatus.Complete,
                ["media-worker"] = ImageScanStatus.Complete,
                ["video-worker"] = ImageScanStatus.Complete,
                ["job-worker"] = ImageScanStatus.Complete,
                ["stereo-inference"] = ImageScanStatus.Off,
            },
            ignoreOrder: true);
        workspace.Host.Lines.ShouldContain(line => line.StartsWith("WARNING: stereo-inference: It is not scanned", StringComparison.Ordinal));
    }

    [Fact]
    public void A_reused_image_is_scanned_before_it_gets_the_release_tag()
    {
        workspace.Run("Add-ReleaseSandboxFault ScanFindings web-ui");
        workspace.PutImage("web-ui", "v0");

        var ran = workspace.Run($"{Release} -FailOnSeverity High");

        ran.Error("ScanFindings");
        workspace.Run("Get-ReleaseSandboxCall ecr PutImage | Where-Object Target -eq web-ui").Output.Count.ShouldBe(1); // its src- tag, by the build before
    }

    [Fact]
    public void WhatIf_says_where_scans_are_waited_for()
    {
        var plan = workspace.Run($"{Release} -FailOnSeverity High -WhatIf").Single<ReleasePlan>();

        plan.Steps.Where(step => step.Reason!.Contains("fails it from High on", StringComparison.Ordinal)).Select(step => step.Stage).Distinct().ShouldBe([ReleaseStage.Build]);
        workspace.Run("Get-ReleaseSandboxCall ecr *Scan*").Output.ShouldBeEmpty();
    }

    [Fact]
    public void A_tag_that_is_none_ends_it_before_anything_is_asked()
    {
        workspace.Run("Invoke-FullRelease -Tag 'not a tag' -SkipTerraform").End("ImageTagInvalid");

        workspace.Run("Get-ReleaseSandboxCall").Output.ShouldBeEmpty();
    }

    [Fact]
    public void A_task_before_a_rollout_runs_when_the_endpoint_serves_and_before_any_service_is_deployed()
    {
        workspace.WithBeforeRollout();

        var release = workspace.Run(Release).Single<Release>();

        release.Status.ShouldBe(ReleaseStatus.Succeeded);
        release.Services.Single(service => service.Service == "web-ui").BeforeRollout!.Status.ShouldBe(ReleaseTaskStatus.Succeeded);
        var changes = workspace.Changes().ToList();
        changes.IndexOf("UpdateEndpoint").ShouldBeLessThan(changes.IndexOf("RunTask"));
        changes.IndexOf("DeregisterTaskDefinition").ShouldBeLessThan(changes.IndexOf("UpdateService"));
        changes.Count(operation => operation == "RunTask").ShouldBe(1);
    }

    [Fact]
    public void A_task_that_fails_fails_the_release_and_leaves_its_service_alone_and_can_be_left_out()
    {
        workspace.WithBeforeRollout();
        workspace.Run("Add-ReleaseSandboxFault TaskCrash family:stereo-spot-web-ui -Count 0 -ExitCode 3 -LogLine 'no table'");

        var ran = workspace.Run(Release);

        ran.Error("BeforeRolloutFailed");
        var release = ran.Output.ShouldHaveSingleItem().ShouldBeOfType<Release>();
        (release.Status, release.Services.Single(service => service.Service == "web-ui").Status).ShouldBe((ReleaseStatus.Failed, RolloutStatus.Failed));
        release.Reason.ShouldNotBeNull().ShouldContain("no table");
        workspace.Changes().Count(operation => operation == "UpdateService").ShouldBe(3); // the workers'
        workspace.Run($"{Release} -SkipBeforeRollout").Single<Release>().Status.ShouldBe(ReleaseStatus.Succeeded);
    }
}
