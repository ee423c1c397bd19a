namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class StartInferenceBuildCommandTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void It_waits_for_the_digest_and_does_not_build_the_same_inputs_again()
    {
        var build = workspace.Run("Start-InferenceBuild -Tag v1 -Wait").Single<InferenceBuild>();
        build.Status.ShouldBe(InferenceBuildStatus.Succeeded);
        build.Name.ShouldBe("stereo-inference");
        build.EndpointName.ShouldBe("stereo-spot-inference");
        build.ImageUri.ShouldBe($"{workspace.Sandbox.RegistryHost}/inference@{build.Digest}");

        var again = workspace.Run("Start-InferenceBuild -Tag v2 -Wait").Single<InferenceBuild>();
        again.Status.ShouldBe(InferenceBuildStatus.Reused);
        again.Digest.ShouldBe(build.Digest);
        workspace.Changes().Count(operation => operation == "StartBuild").ShouldBe(1);
    }

    [Fact]
    public void Without_Wait_it_gives_the_build_that_runs()
    {
        var build = workspace.Run("Start-InferenceBuild -Tag v1").Single<InferenceBuild>();

        build.Status.ShouldBe(InferenceBuildStatus.InProgress);
        build.BuildId.ShouldNotBeNull().ShouldStartWith("stereo-spot-build:");
        build.Digest.ShouldBeNull();
    }

    [Fact]
    public void NoCache_builds_the_same_inputs_again()
    {
        workspace.PutImage("stereo-inference");

        workspace.Run("Start-InferenceBuild -Tag v2 -NoCache -Wait").Single<InferenceBuild>().Status.ShouldBe(InferenceBuildStatus.Succeeded);
    }

    [Fact]
    public void A_build_that_fails_is_an_error_and_a_record_with_its_last_lines()
    {
        workspace.Run("Add-ReleaseSandboxFault BuildFailure stereo-spot-build -LogLine 'no space left on device'");

        var ran = workspace.Run("Start-InferenceBuild -Tag v1 -Wait");

        ran.Error("InferenceBuildFailed").TargetObject.ShouldBeOfType<InferenceBuild>();
        var build = ran.Output.ShouldHaveSingleItem().ShouldBeOfType<InferenceBuild>();
        build.Status.ShouldBe(InferenceBuildStatus.Failed);
        build.LogLines.ShouldContain(line => line.Contains("no space left on device", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIf_predicts_the_build_and_only_reads()
    {
        workspace.Run("Start-InferenceBuild -Tag v1 -WhatIf").Single<InferenceBuild>().Status.ShouldBe(InferenceBuildStatus.Planned);

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Names_images_and_whatever_has_a_name_are_taken_each_once()
    {
        var ran = workspace.Run("'web-ui', (Get-ReleaseImage job-worker), [pscustomobject]@{ Name = 'video-worker' }, 'web-*' | Start-InferenceBuild -Tag v1 -WhatIf");

        ran.Errors.ShouldBeEmpty();
        ran.All<InferenceBuild>().Select(build => build.Name).Order(StringComparer.Ordinal).ShouldBe(["job-worker", "video-worker", "web-ui"]);
    }

    [Fact]
    public void Each_image_that_cannot_be_planned_is_its_own_error()
    {
        var outputs = File.ReadAllText(workspace.EnvFile);
        File.WriteAllText(workspace.EnvFile, outputs.Replace("/web-ui'", "/gone'", StringComparison.Ordinal).Replace("/job-worker'", "/lost'", StringComparison.Ordinal));

        var ran = workspace.Run("Start-InferenceBuild web-ui, job-worker, video-worker -Tag v1 -WhatIf");

        ran.Terminated.ShouldBeNull();
        ran.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]).ShouldBe(["RepositoryNotFound", "RepositoryNotFound"]);
        ran.All<InferenceBuild>().ToDictionary(build => build.Name, build => build.Status).ShouldBe(
            new Dictionary<string, InferenceBuildStatus>
            {
                ["web-ui"] = InferenceBuildStatus.Failed, ["job-worker"] = InferenceBuildStatus.Failed, ["video-worker"] = InferenceBuildStatus.Planned,
            },
            ignoreOrder: true);
    }

    [Fact]
    public void A_No_and_an_empty_pipeline_start_nothing()
    {
        workspace.Host.Answer = "&No";

        workspace.Run("Start-InferenceBuild -Tag v1 -Confirm; @() | Start-InferenceBuild -Tag v1").Output.ShouldBeEmpty();

        workspace.Changes().ShouldBeEmpty();
    }
}
