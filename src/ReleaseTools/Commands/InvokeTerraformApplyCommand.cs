using System.Management.Automation;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Plans with terraform, applies just that plan, and writes the outputs to the env file.</summary>
[Cmdlet(VerbsLifecycle.Invoke, "TerraformApply", SupportsShouldProcess = true)]
[OutputType(typeof(InfrastructureChange))]
public sealed class InvokeTerraformApplyCommand : AwsCommand
{
    /// <summary>Lets the plan destroy or replace resources.</summary>
    [Parameter]
    public SwitchParameter AllowDestroy { get; set; }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var (path, aws) = (ReadDefinitionPath(), ReadAwsOptions());
        Run(async (pipeline, cancelled) =>
        {
            var file = await DefinitionFile.LoadForTerraformAsync(path, cancelled);
            var environment = await AwsProcessEnvironment.OfAsync(aws, cancelled);
            var terraform = new TerraformInfrastructure(file.RequireTerraform(), environment, pipeline.Observer, Clock);
            switch (await pipeline.ApproveAsync(file.Terraform.Directory!, "terraform apply"))
            {
                case Approval.Granted: pipeline.Write(await terraform.ApplyAsync(AllowDestroy, cancelled)); break;
                case Approval.WhatIf: pipeline.Write(await terraform.PlanAsync(cancelled)); break;
            }
        });
    }
}
