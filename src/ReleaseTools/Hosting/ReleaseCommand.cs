using System.Management.Automation;

namespace ReleaseTools.Hosting;

/// <summary>The base of cmdlets that read a release definition.</summary>
public abstract class ReleaseCommand : AwsCommand
{
    private protected ReleaseCommand()
    {
    }

    /// <summary>The release.json, or a directory in the workspace; where the session stands when left out.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The absolute path to load the definition from. A session's location need not be the process's.</summary>
    private protected string ReadDefinitionPath() =>
        Path is null ? SessionState.Path.CurrentFileSystemLocation.ProviderPath : GetUnresolvedProviderPathFromPSPath(Path);
}
