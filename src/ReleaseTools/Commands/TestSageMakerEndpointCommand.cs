using System.Management.Automation;
using ReleaseTools.Engine.Inference.Recovery;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Tells how SageMaker endpoints are: what they serve, what was intended, what is wrong, and the command that is next.</summary>
[Cmdlet(VerbsDiagnostic.Test, "SageMakerEndpoint")]
[OutputType(typeof(EndpointDiagnosis))]
public sealed class TestSageMakerEndpointCommand : RecoveryCommand
{
    private readonly List<(string? Endpoint, bool)> asked = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => asked.Add((EndpointName, true));

    /// <inheritdoc/>
    protected override void EndProcessing() => RunForEach(
        asked, withTerraform: true, async (one, tools, pipeline, cancelled) => pipeline.Write(await new EndpointRepairs(tools).TestAsync(one.Endpoint, cancelled)));
}
