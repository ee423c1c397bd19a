using System.Management.Automation;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Gets images as the release definition describes them.</summary>
[Cmdlet(VerbsCommon.Get, "ReleaseImage")]
[OutputType(typeof(ReleaseImage))]
public sealed class GetReleaseImageCommand : AwsCommand
{
    private readonly List<string> names = [];

    /// <summary>The images' names in the definition; all of them when left out. Wildcards are permitted.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
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
            foreach (var image in Selection.OfImages(definition, names, pipeline))
                pipeline.Write(image);
        });
    }
}
