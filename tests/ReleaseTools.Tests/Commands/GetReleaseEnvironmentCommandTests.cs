namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class GetReleaseEnvironmentCommandTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void It_gives_the_env_file()
    {
        var environment = workspace.Run("Get-ReleaseEnvironment").Single<InfraEnvironment>();

        environment.Path.ShouldBe(workspace.EnvFile);
        environment.Variables.Single(variable => variable.Name == "ECS_CLUSTER_NAME").Value.ShouldBe("stereo-spot");
    }

    [Fact]
    public void A_file_that_is_not_there_is_told_with_what_to_do()
    {
        File.Delete(workspace.EnvFile);

        workspace.Run("Get-ReleaseEnvironment").End("EnvFileNotFound");
    }
}
