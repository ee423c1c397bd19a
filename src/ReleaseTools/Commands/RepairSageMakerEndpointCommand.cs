using System.Management.Automation;
using ReleaseTools.Engine.Inference.Recovery;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Does what is next for SageMaker endpoints until they are healthy: waits, updates, makes again what was deleted, or deletes and creates.</summary>
[Cmdlet(VerbsDiagnostic.Repair, "SageMakerEndpoint", SupportsShouldProcess = true)]
[OutputType(typeof(EndpointDiagnosis))]
public sealed class RepairSageMakerEndpointCommand : RecoveryCommand
{
    private readonly List<(string? Endpoint, bool)> asked = [];

    /// <summary>Permits that an endpoint is deleted and created again, where nothing else helps. It is asked about all the same; -Confirm:$false does without.</summary>
    [Parameter]
    public SwitchParameter AllowRecreate { get; set; }

    /// <summary>How long to wait in all, in seconds. What was begun goes on afterwards, and the command goes on where it stopped when it is run again.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 3600;

    /// <inheritdoc/>
    protected override void ProcessRecord() => asked.Add((EndpointName, true));

    /// <inheritdoc/>
    protected override void EndProcessing() => RunForEach(asked, withTerraform: true, RepairAsync);

    private async Task RepairAsync((string Endpoint, bool) one, RecoveryTools tools, CommandPipeline pipeline, CancellationToken cancelled)
    {
        var answer = Approval.Granted;
        var repaired = await new EndpointRepairs(tools).RepairAsync(one.Endpoint, AllowRecreate, TimeSpan.FromSeconds(TimeoutSec), ApproveAsync, cancelled);
        if (answer != Approval.Refused)
            pipeline.Write(repaired.Diagnosis, repaired.Error);

        async Task<bool> ApproveAsync(EndpointRepairStep step)
        {
            answer = step.IsDestructive
                ? await pipeline.ApproveDestructionAsync(one.Endpoint, step.Action)
                : await pipeline.ApproveAsync(one.Endpoint, step.Action);
            return answer == Approval.Granted;
        }
    }
}
