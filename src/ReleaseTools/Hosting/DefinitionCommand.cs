using System.Management.Automation;

namespace ReleaseTools.Hosting;

/// <summary>The base of cmdlets that may read a release definition.</summary>
public abstract class DefinitionCommand : AsyncCommand
{
    private protected DefinitionCommand()
    {
    }

    /// <summary>The release.json, or a directory in the workspace; where the session stands when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The absolute path to load the definition from. A session's location need not be the process's.</summary>
    /// <param name="workspace">The workspace that what came down the pipeline belongs to; null where it says none.</param>
    private protected string ReadDefinitionPath(string? workspace = null) => Path is null
        ? workspace ?? SessionState.Path.CurrentFileSystemLocation.ProviderPath
        : GetUnresolvedProviderPathFromPSPath(Path);
}
