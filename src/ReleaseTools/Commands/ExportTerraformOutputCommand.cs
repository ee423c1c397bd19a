using System.Management.Automation;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Writes terraform's outputs, as they are, to the env file.</summary>
[Cmdlet(VerbsData.Export, "TerraformOutput", SupportsShouldProcess = true)]
[OutputType(typeof(InfraEnvironment))]
public sealed class ExportTerraformOutputCommand : AwsCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var (path, aws) = (ReadDefinitionPath(), ReadAwsOptions());
        Run(async (pipeline, cancelled) =>
        {
            var file = await DefinitionFile.LoadForTerraformAsync(path, cancelled);
            var environment = await AwsProcessEnvironment.OfAsync(aws, cancelled);
            var terraform = new TerraformInfrastructure(file.RequireTerraform(), environment, pipeline.Observer, Clock);
            switch (await pipeline.ApproveAsync(file.Terraform.EnvFile!, "Write terraform's outputs"))
            {
                case Approval.Granted: pipeline.Write(await terraform.ExportAsync(cancelled)); break;
                case Approval.WhatIf: pipeline.Write(await terraform.PreviewAsync(cancelled)); break;
            }
        });
    }
}
