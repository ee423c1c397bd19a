using System.Management.Automation;

namespace ReleaseTools.Hosting;

/// <summary>The base of cmdlets that get ECS services by name, as objects, or by what is to run in them.</summary>
public abstract class ServiceCommand : AwsCommand
{
    private protected const string ByName = "ByName";
    private protected const string ByService = "ByService";

    private protected ServiceCommand()
    {
    }

    /// <summary>Services, as Get-ReleaseService gives them.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = ByService)]
    public ReleaseService[] InputObject { get; set; } = [];

    /// <summary>The cluster of services that are named at ECS; with it no definition is needed.</summary>
    [Parameter(ParameterSetName = ByName)]
    [ValidateNotNullOrEmpty]
    public string? Cluster { get; set; }
}
