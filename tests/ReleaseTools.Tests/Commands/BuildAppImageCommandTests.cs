namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class BuildAppImageCommandTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void WhatIf_predicts_the_image_and_only_reads()
    {
        var image = workspace.Run("Build-AppImage web-ui -Tag v1 -WhatIf").Single<AppImage>();

        image.Status.ShouldBe(ImageBuildStatus.Planned);
        image.Fingerprint.ShouldNotBeNull();
        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Names_and_images_can_be_mixed_and_each_is_taken_once()
    {
        var images = workspace.Run("'web-ui', (Get-ReleaseImage media-worker), 'web-ui', (Get-ReleaseImage web-ui) | Build-AppImage -Tag v1 -WhatIf");

        images.Errors.ShouldBeEmpty();
        images.All<AppImage>().Select(image => image.Name).ShouldBe(["web-ui", "media-worker"]);
    }

    [Fact]
    public void Whatever_has_a_name_is_taken_by_it()
    {
        var image = new EcrImage { Name = "web-ui", Repository = "elsewhere/web-ui", Tag = "v0" };

        workspace.Run("$image | Build-AppImage -Tag v1 -WhatIf", ("image", image)).Single<AppImage>().Repository.ShouldBe($"{workspace.Sandbox.RegistryHost}/web-ui");
    }

    [Fact]
    public void A_wildcard_chooses_several() =>
        workspace.Run("Build-AppImage *-WORKER -Tag v1 -WhatIf").All<AppImage>().Select(image => image.Name).ShouldBe(["media-worker", "video-worker", "job-worker"]);

    [Fact]
    public void An_empty_pipeline_builds_nothing()
    {
        var ran = workspace.Run("@() | Build-AppImage -Tag v1");

        ran.Terminated.ShouldBeNull();
        ran.Output.ShouldBeEmpty();
        workspace.Run("Get-ReleaseSandboxCall").Output.ShouldBeEmpty();
    }

    [Fact]
    public void A_name_that_is_not_defined_is_an_error_and_the_others_go_on()
    {
        var ran = workspace.Run("'nope', 'web-ui' | Build-AppImage -Tag v1 -WhatIf");

        ran.Error("ImageNotDefined").TargetObject.ShouldBe("nope");
        ran.Output.ShouldHaveSingleItem().ShouldBeOfType<AppImage>().Name.ShouldBe("web-ui");
    }

    [Fact]
    public void An_image_without_its_repository_fails_and_the_others_go_on()
    {
        File.WriteAllText(workspace.EnvFile, File.ReadAllText(workspace.EnvFile).Replace("/web-ui'", "/missing'", StringComparison.Ordinal));

        var ran = workspace.Run("Build-AppImage web-ui, media-worker -Tag v1 -WhatIf");

        var target = ran.Error("RepositoryNotFound").TargetObject.ShouldBeOfType<AppImage>();
        target.Name.ShouldBe("web-ui");
        ran.All<AppImage>().Select(image => (image.Name, image.Status)).ShouldBe([("web-ui", ImageBuildStatus.Failed), ("media-worker", ImageBuildStatus.Planned)]);
    }

    [Fact]
    public void A_repository_that_the_push_will_make_is_no_error_and_is_not_made_here()
    {
        File.WriteAllText(workspace.EnvFile, File.ReadAllText(workspace.EnvFile).Replace("/web-ui'", "/missing'", StringComparison.Ordinal));

        workspace.Run("Build-AppImage web-ui -Tag v1 -CreateRepository -WhatIf").Single<AppImage>().Status.ShouldBe(ImageBuildStatus.Planned);

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_region_nothing_is_begun() =>
        workspace.Run("Build-AppImage web-ui, media-worker -Tag v1 -Region 'not a region' -WhatIf").End("AwsRegionInvalid");

    [Fact]
    public void Images_are_built_in_the_workspaces_they_come_from()
    {
        var other = workspace.CopyTo("other");
        workspace.GoTo(Path.GetTempPath());

        var images = workspace.Run($"@(Get-ReleaseImage web-ui -Path '{workspace.Folder}'; Get-ReleaseImage web-ui, job-worker -Path '{other}') | Build-AppImage -Tag v1 -WhatIf");

        images.Errors.ShouldBeEmpty();
        images.All<AppImage>().Select(image => image.Name).ShouldBe(["web-ui", "web-ui", "job-worker"]);
    }

    [Fact]
    public void A_No_builds_nothing_and_passes_nothing_on()
    {
        workspace.Host.Answer = "&No";

        var ran = workspace.Run("Build-AppImage web-ui -Tag v1 -Confirm");

        ran.Terminated.ShouldBeNull();
        ran.Output.ShouldBeEmpty();
    }

    [Fact]
    public void What_CodeBuild_builds_goes_on_to_be_pushed_and_is_in_ECR_already()
    {
        var image = workspace.Run("Build-AppImage web-ui -Tag v1 -Builder CodeBuild").Single<AppImage>();
        (image.Status, image.ImageId).ShouldBe((ImageBuildStatus.Built, null));

        var pushed = workspace.Run("$image | Push-EcrImage", ("image", image)).Single<EcrImage>();
        (pushed.Status, pushed.Digest).ShouldBe((ImagePushStatus.AlreadyPresent, image.Digest));
        workspace.Run("Build-AppImage web-ui -Tag v2 -Builder CodeBuild").Single<AppImage>().Status.ShouldBe(ImageBuildStatus.Reused);
    }

    [Fact]
    public void What_begins_with_another_image_brings_that_along_first()
    {
        Define(""" "web-ui": { "dockerfile": "packages/web-ui/Dockerfile", "repository": "${ECR_WEB_UI_URL}", "inputs": ["packages/web-ui"], "baseImages": { "BASE": "media-worker" } } """);

        workspace.Run("Build-AppImage web-ui -Tag v1 -WhatIf").All<AppImage>().Select(image => image.Name).ShouldBe(["media-worker", "web-ui"]);
    }

    [Fact]
    public void A_change_of_what_it_begins_with_is_a_change_of_the_image()
    {
        Define(""" "web-ui": { "dockerfile": "packages/web-ui/Dockerfile", "repository": "${ECR_WEB_UI_URL}", "inputs": ["packages/web-ui"], "baseImages": { "BASE": "media-worker" } } """);
        var before = Fingerprints();

        File.AppendAllText(Path.Combine(workspace.Folder, "packages", "media-worker", "app", "worker.json"), " ");

        var after = Fingerprints();
        after["media-worker"].ShouldNotBe(before["media-worker"]);
        after["web-ui"].ShouldNotBe(before["web-ui"]);

        Dictionary<string, string?> Fingerprints() => workspace.Run("Build-AppImage web-ui -Tag v1 -WhatIf").All<AppImage>().ToDictionary(image => image.Name, image => image.Fingerprint);
    }

    [Fact]
    public void What_the_command_says_goes_over_the_definition_and_into_the_fingerprint()
    {
        var plain = workspace.Run("Build-AppImage web-ui -Tag v1 -WhatIf").Single<AppImage>();
        var arm = workspace.Run("Build-AppImage web-ui -Tag v1 -Platform linux/arm64 -WhatIf").Single<AppImage>();

        (plain.Platform, arm.Platform).ShouldBe(("linux/amd64", "linux/arm64"));
        string?[] fingerprints = [plain.Fingerprint, arm.Fingerprint, Of("-BuildArg A=1"), Of("-BuildArg @{ A = 2 }"), Of("-Target test")];
        fingerprints.ShouldBeUnique();
        Of("-BuildArg @{ A = 1 }").ShouldBe(Of("-BuildArg A=1"));

        string? Of(string how) => workspace.Run($"Build-AppImage web-ui -Tag v1 {how} -WhatIf").Single<AppImage>().Fingerprint;
    }

    [Theory]
    [InlineData("-BuildArg NO_SUCH_VARIABLE", "BuildArgWithoutValue")]
    [InlineData("-BuildArg '=x'", "BuildArgInvalid")]
    [InlineData("-Platform amd64", "BuildPlatformInvalid")]
    [InlineData("-Target '--x'", "BuildTargetInvalid")]
    [InlineData("-Secret 'id=a,env=NO_SUCH_VARIABLE'", "BuildSecretMissing")]
    [InlineData("-Secret 'id=a,src=/no/such/file'", "BuildSecretMissing")]
    [InlineData("-Secret 'value'", "BuildSecretInvalid")]
    [InlineData("-Builder CodeBuild -Secret 'id=a,env=PATH'", "CodeBuildSecretMissing")]
    [InlineData("-Builder CodeBuild -Secret 'id=a,src=sandbox.json'", "CodeBuildSecretInFile")]
    [InlineData("-Builder CodeBuild -Provenance", "CodeBuildCannotAttest")]
    [InlineData("-Builder CodeBuild -Sbom", "CodeBuildCannotAttest")]
    public void What_is_wrong_with_a_parameter_is_an_error_before_anything_is_built(string how, string id)
    {
        workspace.Run($"Build-AppImage web-ui -Tag v1 {how}").Error(id);

        workspace.Changes().ShouldBeEmpty();
    }

    [Fact]
    public void Newer_base_images_are_asked_for_on_CodeBuild_too()
    {
        workspace.Run("Build-AppImage web-ui -Tag v1 -Builder CodeBuild").Single<AppImage>().Status.ShouldBe(ImageBuildStatus.Built);

        workspace.Run("Build-AppImage web-ui -Tag v2 -Builder CodeBuild -Pull -WhatIf").Single<AppImage>().Status.ShouldBe(ImageBuildStatus.Planned);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-Provenance")] // which is meant for the others
    public void The_image_of_the_endpoint_is_left_to_Start_InferenceBuild(string how)
    {
        var ran = workspace.Run($"Build-AppImage stereo-inference -Tag v1 {how}");

        ran.Output.ShouldBeEmpty();
        ran.Errors.ShouldBeEmpty();

        workspace.Host.Lines.ShouldContain(line => line.Contains("Start-InferenceBuild -Name stereo-inference", StringComparison.Ordinal));
    }

    /// <summary>Puts another definition of an image in the place of the example's.</summary>
    private void Define(string image)
    {
        var file = Path.Combine(workspace.Folder, "release.json");
        var text = File.ReadAllText(file);
        var from = text.IndexOf("\"web-ui\": {", StringComparison.Ordinal);
        File.WriteAllText(file, string.Concat(text.AsSpan(0, from), image, text.AsSpan(text.IndexOf("\n    }", from, StringComparison.Ordinal) + "\n    }".Length)));
    }

    [Fact]
    public void A_tag_that_is_none_ends_it() => workspace.Run("Build-AppImage web-ui -Tag 'not a tag' -WhatIf").End("ImageTagInvalid");

    [Fact]
    public void Outside_git_a_tag_is_asked_for() => workspace.Run("Build-AppImage web-ui -WhatIf").End("TagRequired");

    [Fact]
    public void A_path_without_a_definition_ends_it()
    {
        var empty = Directory.CreateTempSubdirectory("releasetools-").FullName;
        try
        {
            workspace.Run($"Build-AppImage web-ui -Tag v1 -Path '{empty}'").End("DefinitionNotFound");
        }
        finally
        {
            Directory.Delete(empty);
        }
    }
}
