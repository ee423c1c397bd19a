using System.Management.Automation;
using ReleaseTools.Engine.Aws;

namespace ReleaseTools.Hosting;

/// <summary>The base of cmdlets that call AWS. Its parameters bear the names and aliases of AWS.Tools; keys are not among them.</summary>
public abstract class AwsCommand : DefinitionCommand
{
    private protected AwsCommand()
    {
    }

    /// <summary>The region; else the release definition's, <c>$StoredAWSRegion</c>, the environment's, the profile's.</summary>
    [Parameter]
    [Alias("RegionToCall")]
    [ValidateNotNullOrEmpty]
    public string? Region { get; set; }

    /// <summary>The profile to take credentials from. One that is not there is an error.</summary>
    [Parameter]
    [Alias("AWSProfileName")]
    [ValidateNotNullOrEmpty]
    public string? ProfileName { get; set; }

    /// <summary>An object with <c>GetCredentials()</c>, such as Get-AWSCredential of AWS.Tools gives.</summary>
    [Parameter]
    [ValidateNotNull]
    public object? Credential { get; set; }

    /// <summary>A URL that stands in for the endpoints of all services, as a sandbox's does.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? EndpointUrl { get; set; }

    /// <summary>
    /// What an <see cref="AwsSession"/> is made from: the parameters, the session variables that AWS.Tools sets, the environment. Called
    /// before <see cref="AsyncCommand.Run"/>, for only the pipeline thread may read variables.
    /// </summary>
    private protected AwsSessionOptions ReadAwsOptions() => new()
    {
        Region = Region,
        ProfileName = ProfileName,
        Credential = Unwrapped(Credential),
        EndpointUrl = EndpointUrl,
        StoredCredentials = Unwrapped(GetVariableValue("StoredAWSCredentials")),
        StoredRegion = Unwrapped(GetVariableValue("StoredAWSRegion"))?.ToString(),
        Environment = ProcessEnvironment.Read(),
    };

    private static object? Unwrapped(object? value) => value is PSObject wrapped ? wrapped.BaseObject : value;
}
