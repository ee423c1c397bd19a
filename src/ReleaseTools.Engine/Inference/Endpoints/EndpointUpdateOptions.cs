namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>How an endpoint is updated.</summary>
public sealed record EndpointUpdateOptions
{
    /// <summary>The variant that is updated; every production variant that runs an image of the repository when null, without an image every one.</summary>
    public string? VariantName { get; init; }

    /// <summary>The container of an inference pipeline that is updated, by its <c>ContainerHostname</c>; the one that runs an image of the repository when null.</summary>
    public string? ContainerHostname { get; init; }

    /// <summary>What is changed besides the image.</summary>
    public EndpointChange Change { get; init; } = EndpointChange.None;

    /// <summary>How traffic is moved to the new instances; as the last time, if the endpoint knows, when null.</summary>
    public EndpointDeployment? Deployment { get; init; }

    /// <summary>Update even where nothing would change.</summary>
    public bool Force { get; init; }

    /// <summary>How long to wait: first for an endpoint that is busy, then for the update.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Return once the update is started.</summary>
    public bool NoWait { get; init; }

    /// <summary>Checks what can be wrong of it whatever endpoint it is for.</summary>
    /// <exception cref="Errors.ReleaseException">EndpointEnvironmentInvalid, EndpointDeploymentInvalid.</exception>
    public void Check()
    {
        EndpointEnvironmentRules.Check(Change);
        EndpointDeploymentRules.Check(Deployment);
    }
}
