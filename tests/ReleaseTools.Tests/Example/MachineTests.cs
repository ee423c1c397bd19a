namespace ReleaseTools.Tests.Example;

/// <summary>The example on machines that have more, less, or other than usual.</summary>
public sealed class MachineTests
{
    [Fact]
    public async Task Without_terraform_it_says_so_and_takes_the_outputs_that_come_with_the_example()
    {
        using var workspace = (await ExampleWorkspace.CreateAsync()).Without("terraform");

        var run = await workspace.ReleaseAsync("CodeBuild");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Said.ShouldContain("There is no terraform on PATH: the outputs come from packages/aws-infra/sandbox.env.");
        run.Plan("Infrastructure").ShouldHaveSingleItem().ShouldContain(" Skip ");
    }

    [Fact]
    public async Task With_terraform_it_applies_and_keeps_the_outputs_to_itself()
    {
        Assert.SkipUnless(Executables.Exist("terraform"), "terraform is not installed.");
        using var workspace = await ExampleWorkspace.CreateAsync();
        workspace.Environment["TF_VAR_hf_token"] = "hf_5eCret0utput";

        var run = await workspace.ReleaseAsync("CodeBuild");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Plan("Infrastructure").ShouldContain(line => line.Contains(" Apply "));
        File.Exists(workspace.PathOf("packages/aws-infra/terraform.tfstate")).ShouldBeTrue();
        (await File.ReadAllTextAsync(workspace.EnvFile)).ShouldContain("hf_5eCret0utput");
        run.Said.ShouldNotContain("hf_5eCret0utput");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(workspace.EnvFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Without_an_engine_it_says_so_and_CodeBuild_builds_every_image()
    {
        using var workspace = (await ExampleWorkspace.CreateAsync()).Without("terraform");
        workspace.Environment["DOCKER_HOST"] = "unix:///nowhere/docker.sock";

        var run = await workspace.ReleaseAsync("Auto");

        run.ExitCode.ShouldBe(0, run.ToString());
        run.Said.ShouldContain("/nowhere/docker.sock");
        run.Calls.Of("StartBuild").Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_workspace_may_stand_at_a_path_with_blanks_brackets_and_letters_of_any_script()
    {
        using var workspace = await ExampleWorkspace.CreateAsync("Stéréo spot [立体] it's");

        var run = await workspace.ReleaseAsync("CodeBuild");

        run.ExitCode.ShouldBe(0, run.ToString());
    }
}
