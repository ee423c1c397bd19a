namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class InvokeTerraformApplyCommandTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void It_applies_once_and_writes_the_env_file()
    {
        Terraform.Need();
        File.Delete(workspace.EnvFile);

        var applied = workspace.Run("Invoke-TerraformApply").Single<InfrastructureChange>();
        applied.Status.ShouldBe(InfrastructureStatus.Applied);
        applied.Added.ShouldBeGreaterThan(0);
        applied.EnvFile.ShouldBe(workspace.EnvFile);
        File.Exists(workspace.EnvFile).ShouldBeTrue();

        workspace.Run("Invoke-TerraformApply").Single<InfrastructureChange>().Status.ShouldBe(InfrastructureStatus.Unchanged);
    }

    [Fact]
    public void WhatIf_plans_and_applies_nothing()
    {
        Terraform.Need();
        File.Delete(workspace.EnvFile);

        workspace.Run("Invoke-TerraformApply -WhatIf").Single<InfrastructureChange>().Status.ShouldBe(InfrastructureStatus.Planned);

        File.Exists(workspace.EnvFile).ShouldBeFalse();
    }

    [Fact]
    public void A_No_does_not_even_plan()
    {
        workspace.Host.Answer = "&No";

        workspace.Run("Invoke-TerraformApply -Confirm").Output.ShouldBeEmpty();

        Directory.Exists(Path.Combine(workspace.Folder, "packages", "aws-infra", ".terraform")).ShouldBeFalse();
    }

    [Fact]
    public void Without_terraform_it_says_what_to_install()
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", workspace.Folder);
        try
        {
            workspace.Run("Invoke-TerraformApply").End("TerraformNotFound");
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }
}
