using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Inference.Recovery;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Puts SageMaker endpoints back on a configuration of their history, and proves that they serve it.</summary>
// What it does is undone by the same command, so it is no more destructive than an update: ConfirmImpact stays Medium.
[Cmdlet(VerbsData.Restore, "SageMakerEndpoint", SupportsShouldProcess = true)]
[OutputType(typeof(EndpointUpdate))]
public sealed class RestoreSageMakerEndpointCommand : RecoveryCommand
{
    private readonly List<(string? Endpoint, string? To)> asked = [];

    /// <summary>
    /// A configuration of the endpoint's history, or a release; what was last known to be good and is not in use when left out. Of an
    /// update that comes down the pipeline it is the configuration that was in use before it.
    /// </summary>
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    [Alias("PreviousEndpointConfigName")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(EndpointHistoryCompleter))]
    public string? To { get; set; }

    /// <summary>Does not wait for the end, and so proves nothing.</summary>
    [Parameter]
    public SwitchParameter NoWait { get; set; }

    /// <summary>How long to wait, in seconds. The update goes on afterwards.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 3600;

    /// <inheritdoc/>
    protected override void ProcessRecord() => asked.Add((EndpointName, To));

    /// <inheritdoc/>
    protected override void EndProcessing() => RunForEach(asked, withTerraform: false, RestoreAsync);

    private async Task RestoreAsync((string Endpoint, string? To) one, RecoveryTools tools, CommandPipeline pipeline, CancellationToken cancelled)
    {
        var restores = new EndpointRestores(tools);
        try
        {
            var plan = await restores.PlanAsync(one.Endpoint, one.To, cancelled);
            var approval = plan.Action == EndpointAction.Unchanged ? Approval.Granted : await pipeline.ApproveAsync(one.Endpoint, $"Restore: {plan.Reason}");
            if (approval == Approval.WhatIf)
                pipeline.Write(plan.ToUpdate());
            if (approval != Approval.Granted)
                return;
            var update = await restores.RestoreAsync(plan, NoWait, TimeSpan.FromSeconds(TimeoutSec), cancelled);
            pipeline.Write(update, Outcomes.ErrorOfRestore(update));
        }
        catch (ReleaseException error) when (error.IsOfOneItem())
        {
            pipeline.Write(new EndpointUpdate { EndpointName = one.Endpoint, Status = EndpointUpdateStatus.Failed, Reason = error.Message }, error);
        }
    }
}
