using System.Management.Automation;
using ReleaseTools.Engine.Inference.Recovery;
using ReleaseTools.Engine.Inference.Recovery.Histories;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Removes configurations and models that this module made for SageMaker endpoints and that nothing needs any more.</summary>
[Cmdlet(VerbsCommon.Clear, "SageMakerEndpointHistory", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(EndpointHistoryItem))]
public sealed class ClearSageMakerEndpointHistoryCommand : RecoveryCommand
{
    private readonly List<(string? Endpoint, bool)> asked = [];

    /// <summary>How many of the newest releases are kept, with all that they need.</summary>
    [Parameter]
    [ValidateRange(1, 1000)]
    public int Keep { get; set; } = 3;

    /// <inheritdoc/>
    protected override void ProcessRecord() => asked.Add((EndpointName, true));

    /// <inheritdoc/>
    protected override void EndProcessing() => RunForEach(asked, withTerraform: false, ClearAsync);

    private async Task ClearAsync((string Endpoint, bool) one, RecoveryTools tools, CommandPipeline pipeline, CancellationToken cancelled)
    {
        var histories = new EndpointHistories(tools);
        var plan = await histories.PlanAsync(one.Endpoint, Keep, cancelled);
        if (plan.Count == 0)
        {
            pipeline.Verbose($"{one.Endpoint}: All of its history is needed or kept.");
            return;
        }

        var models = plan.Count(item => item.Kind == "Model");
        var approval = await pipeline.ApproveAsync(one.Endpoint, $"Delete {plan.Count - models} configurations and {models} models: {string.Join(", ", plan.Select(item => item.Name).Distinct(StringComparer.Ordinal))}");
        if (approval == Approval.WhatIf)
            pipeline.WriteAll(plan.Select(item => (item, (Exception?)null)));
        if (approval == Approval.Granted)
            pipeline.WriteAll((await histories.ClearAsync(one.Endpoint, plan, Keep, cancelled)).Select(done => (done.Item, (Exception?)done.Error)));
    }
}
