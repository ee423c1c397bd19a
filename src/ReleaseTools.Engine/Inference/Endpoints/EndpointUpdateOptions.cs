namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>How an endpoint is updated.</summary>
public sealed record EndpointUpdateOptions
{
    /// <summary>The variant whose image is replaced; every variant that runs an image of the repository when null.</summary>
    public string? VariantName { get; init; }

    /// <summary>Update even where the digest is served already.</summary>
    public bool Force { get; init; }

    /// <summary>
    /// Keep instance counts and weights as they are now, such as autoscaling set them, rather than as the configuration
    /// says. True unless asked otherwise: only the image is to change.
    /// </summary>
    public bool RetainAllVariantProperties { get; init; } = true;

    /// <summary>How long to wait: first for an endpoint that is busy, then for the update.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Return once the update is started.</summary>
    public bool NoWait { get; init; }
}
