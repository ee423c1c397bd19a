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
    public void A_tag_that_is_none_ends_it_before_anything_is_asked()
    {
        workspace.Run("Invoke-FullRelease -Tag 'not a tag' -SkipTerraform").End("ImageTagInvalid");

        workspace.Run("Get-ReleaseSandboxCall").Output.ShouldBeEmpty();
    }
}
