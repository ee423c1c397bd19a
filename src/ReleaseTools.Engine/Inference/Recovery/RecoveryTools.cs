using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Inference.Recovery.Diagnosis;
using ReleaseTools.Engine.Inference.Recovery.Recreations;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Recovery;

/// <summary>What recovery works with.</summary>
/// <param name="Aws">The session of the endpoint's region.</param>
/// <param name="Registry">Tells which images are still there.</param>
/// <param name="Observer">Gets what happens.</param>
/// <param name="Time">The clock.</param>
/// <param name="Workspace">The folder that keeps records of re-creations.</param>
/// <param name="Terraform">Asks Terraform's state; null where the definition names no Terraform directory.</param>
public sealed record RecoveryTools(AwsSession Aws, IImageRegistry Registry, IReleaseObserver Observer, TimeProvider Time, string Workspace, TerraformEndpoints? Terraform = null)
{
    internal RecreationStore Store => new(Aws, Observer, new RecreationFile(Workspace));
}
