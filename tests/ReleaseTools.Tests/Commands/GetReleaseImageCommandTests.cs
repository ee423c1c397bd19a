namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class GetReleaseImageCommandTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void Without_a_name_it_gives_all_with_their_variables_filled_in()
    {
        var images = workspace.Run("Get-ReleaseImage").All<ReleaseImage>();

        images.Select(image => image.Name).ShouldBe(["web-ui", "media-worker", "video-worker", "job-worker", "stereo-inference"]);
        images[0].Repository.ShouldBe($"{workspace.Sandbox.RegistryHost}/web-ui");
        images[0].Services.ShouldBe(["web-ui"]);
        workspace.Run("Get-ReleaseSandboxCall").Output.ShouldBeEmpty();
    }

    [Fact]
    public void Names_come_by_value_by_property_and_by_wildcard() =>
        workspace.Run("'web-ui', [pscustomobject]@{ Name = 'STEREO-*' } | Get-ReleaseImage").All<ReleaseImage>().Select(image => image.Name).ShouldBe(["web-ui", "stereo-inference"]);

    [Fact]
    public void A_name_that_is_not_defined_is_an_error_and_the_others_go_on()
    {
        var ran = workspace.Run("Get-ReleaseImage nope, web-ui");

        ran.Error("ImageNotDefined").TargetObject.ShouldBe("nope");
        ran.Output.ShouldHaveSingleItem();
    }

    [Fact]
    public void A_wildcard_that_fits_none_is_an_error() => workspace.Run("Get-ReleaseImage nope*").Error("ImageNotDefined").TargetObject.ShouldBe("nope*");

    [Fact]
    public void An_empty_pipeline_gives_nothing() => workspace.Run("@() | Get-ReleaseImage").Output.ShouldBeEmpty();

    [Fact]
    public void An_env_file_that_is_not_there_ends_it()
    {
        File.Delete(workspace.EnvFile);

        workspace.Run("Get-ReleaseImage").End("EnvFileNotFound");
    }
}
