using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Hosting;

/// <summary>The endpoint that is meant where none is named.</summary>
internal static class DefinedEndpoint
{
    /// <summary>The definition's.</summary>
    /// <exception cref="ReleaseException">There is no definition, or it names none.</exception>
    public static async Task<string> OfAsync(string path, AwsSessionOptions aws, TimeProvider clock, IReleaseObserver observer, CancellationToken cancelled)
    {
        using var workspace = await ReleaseWorkspace.OpenAsync(path, aws, observer, clock, cancelled);
        return (await workspace.ReadDefinitionAsync(cancelled)).Inference.EndpointName
            ?? throw ReleaseException.For(nameof(Messages.EndpointNotNamed), ErrorKind.InvalidArgument, workspace.File.Path, workspace.File.Path);
    }
}
