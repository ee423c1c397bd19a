namespace ReleaseTools.Engine.Aws;

/// <summary>What a session is made from: the parameters of a command, the variables of its PowerShell session, the environment.</summary>
public sealed record AwsSessionOptions
{
    /// <summary>The region that a repository's host names: where the session is to be, whatever else is given.</summary>
    public string? RepositoryRegion { get; init; }

    /// <summary><c>-Region</c>.</summary>
    public string? Region { get; init; }

    /// <summary>The region that the release definition names.</summary>
    public string? DefinitionRegion { get; init; }

    /// <summary><c>-ProfileName</c>. A profile that is not there is an error, never a fall-through.</summary>
    public string? ProfileName { get; init; }

    /// <summary><c>-Credential</c>: any object with <c>GetCredentials()</c>, of any copy of AWSSDK.Core.</summary>
    public object? Credential { get; init; }

    /// <summary><c>-EndpointUrl</c>: stands in for the endpoints of all services.</summary>
    public string? EndpointUrl { get; init; }

    /// <summary>What <c>$StoredAWSCredentials</c> holds, out of its PSObject.</summary>
    public object? StoredCredentials { get; init; }

    /// <summary>What <c>$StoredAWSRegion</c> holds.</summary>
    public string? StoredRegion { get; init; }

    /// <summary>The process environment.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }
}
