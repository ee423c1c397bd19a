using System.Management.Automation;
using ReleaseTools.Engine.Releases.Running;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Gets ECS services as the release definition names them and as they run now.</summary>
[Cmdlet(VerbsCommon.Get, "ReleaseService")]
[OutputType(typeof(ReleaseService))]
public sealed class GetReleaseServiceCommand : AwsCommand
{
    private readonly List<string> names = [];

    /// <summary>The services' names, in the definition or at ECS; all of the definition when left out. Wildcards are permitted.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Service")]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord() => names.AddRange(Name);

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (MyInvocation.ExpectingInput && names.Count == 0)
            return;
        var (path, aws) = (ReadDefinitionPath(), ReadAwsOptions());
        Run(async (pipeline, cancelled) =>
        {
            using var workspace = await ReleaseWorkspace.OpenAsync(path, aws, pipeline.Observer, Clock, cancelled);
            var definition = await workspace.ReadDefinitionAsync(cancelled);
            var session = await workspace.AwsAsync(definition.Region, cancelled);
            var services = Selection.OfServices(definition, names, takesCluster: false, missing => pipeline.WriteError(missing)).Select(ServiceImages.Of).ToList();
            foreach (var service in await new ServiceReader(session).ReadAsync(services, error => pipeline.WriteError(error), cancelled))
                pipeline.Write(service);
        });
    }
}
