using System.Management.Automation;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Hosting;

namespace ReleaseTools.Commands;

/// <summary>Gets the infra env file: what terraform says of the system. Sensitive values are masked.</summary>
[Cmdlet(VerbsCommon.Get, "ReleaseEnvironment")]
[OutputType(typeof(InfraEnvironment))]
public sealed class GetReleaseEnvironmentCommand : DefinitionCommand
{
    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        var path = ReadDefinitionPath();
        Run(async (pipeline, cancelled) =>
        {
            var file = await DefinitionFile.LoadAsync(path, cancelled);
            pipeline.Write(await InfraEnvironmentFile.ReadAsync(file.RequireEnvFile(), cancelled));
        });
    }
}
