using System.Management.Automation;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Inference.Endpoints;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>
/// Waits for SageMaker endpoints that are being updated, whoever started it, and proves what they serve at the end. A proof is written
/// on a configuration that this module made, as a tag.
/// </summary>
// The default set gets what comes down the pipeline first; ByName would take a record's text for a name.
[Cmdlet(VerbsLifecycle.Wait, "SageMakerEndpoint", DefaultParameterSetName = ByName)]
[OutputType(typeof(EndpointUpdate))]
public sealed class WaitSageMakerEndpointCommand : AwsCommand
{
    private const string ByName = "ByName";
    private const string ByUpdate = "ByUpdate";

    private readonly List<(string? Endpoint, EndpointUpdate? Update)> awaited = [];

    /// <summary>Updates, as Update-SageMakerEndpoint -NoWait gives them: these are followed, and no other.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByUpdate)]
    public EndpointUpdate[] Update { get; set; } = [];

    /// <summary>The endpoints; the definition's when left out.</summary>
    [Parameter(Position = 0, ParameterSetName = ByName)]
    [ValidateNotNullOrEmpty]
    public string[] EndpointName { get; set; } = [];

    /// <summary>How long to wait, in seconds. The updates go on afterwards.</summary>
    [Parameter]
    [ValidateRange(1, 86_400)]
    public int TimeoutSec { get; set; } = 3600;

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        // What was only predicted is not under way, and the error of what ended badly was told by who saw it.
        if (ParameterSetName == ByUpdate)
            awaited.AddRange(Update.Where(one => one.Status is EndpointUpdateStatus.InProgress or EndpointUpdateStatus.TimedOut or EndpointUpdateStatus.Updated).Select(one => ((string?)one.EndpointName, (EndpointUpdate?)one)));
        else
            awaited.AddRange(EndpointName.Length == 0 ? [(null, null)] : EndpointName.Select(name => ((string?)name, (EndpointUpdate?)null)));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (awaited.Count == 0)
            return;
        var (path, aws, timeout) = (ReadDefinitionPath(), ReadAwsOptions(), TimeSpan.FromSeconds(TimeoutSec));
        Run(async (pipeline, cancelled) =>
        {
            var defined = awaited.Exists(one => one.Endpoint is null) ? await DefinedEndpoint.OfAsync(path, aws, Clock, pipeline.Observer, cancelled) : null;
            using var sessions = Sessions.Of(aws, path, pipeline.Observer);
            using var registries = new ImageRegistries(sessions, new DockerCredentials(aws.Environment, Clock), pipeline.Observer, Clock);
            await Task.WhenAll(awaited.Select(one => WaitAsync(one.Endpoint ?? defined!, one.Update)));

            async Task WaitAsync(string endpoint, EndpointUpdate? update)
            {
                try
                {
                    var session = await sessions.NearAsync(aws, update?.ImageUri?.Split('@')[0], cancelled);
                    var ended = await new EndpointWaits(session, registries, pipeline.Observer, Clock).WaitAsync(new(endpoint, update), timeout, cancelled);
                    if (Outcomes.ErrorOf(ended) is { } error)
                        pipeline.WriteError(error, ended);
                    pipeline.Write(ended);
                }
                catch (ReleaseException error) when (error.IsOfOneItem())
                {
                    var failed = (update ?? new() { EndpointName = endpoint }) with { Status = EndpointUpdateStatus.Failed, Reason = error.Message };
                    pipeline.WriteError(error, failed);
                    pipeline.Write(failed);
                }
            }
        });
    }
}
