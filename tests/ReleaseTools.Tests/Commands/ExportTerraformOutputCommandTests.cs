namespace ReleaseTools.Tests.Commands;

[Collection(SandboxedWorkspace.Collection)]
public sealed class ExportTerraformOutputCommandTests : IDisposable
{
    private readonly SandboxedWorkspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void It_writes_the_outputs_as_they_are()
    {
        Terraform.Need();
        workspace.Run("Invoke-TerraformApply").Single<InfrastructureChange>();
        File.Delete(workspace.EnvFile);

        var predicted = workspace.Run("Export-TerraformOutput -WhatIf").Single<InfraEnvironment>();
        File.Exists(workspace.EnvFile).ShouldBeFalse();

        var written = workspace.Run("Export-TerraformOutput").Single<InfraEnvironment>();
        written.Path.ShouldBe(workspace.EnvFile);
        written.Variables.Select(variable => variable.ToString()).ShouldBe(predicted.Variables.Select(variable => variable.ToString()));
        File.Exists(workspace.EnvFile).ShouldBeTrue();
    }

    [Fact]
    public void A_definition_without_terraform_ends_it()
    {
        var definition = Path.Combine(workspace.Folder, "release.json");
        File.WriteAllText(definition, File.ReadAllText(definition).Replace("\"directory\": \"packages/aws-infra\", ", "", StringComparison.Ordinal));

        workspace.Run("Export-TerraformOutput").End("TerraformNotNamed");
    }
}
