namespace ReleaseTools.Tests.Example;

/// <summary>The example on machines that are other than usual.</summary>
public sealed class MachineTests
{
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
