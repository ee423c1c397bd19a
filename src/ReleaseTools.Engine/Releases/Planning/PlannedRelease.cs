namespace ReleaseTools.Engine.Releases.Planning;

/// <summary>What a release would do once the infrastructure is there.</summary>
public sealed record PlannedRelease
{
    /// <summary>The AWS account.</summary>
    public required string Account { get; init; }

    /// <summary>The AWS region.</summary>
    public required string Region { get; init; }

    /// <summary>The images.</summary>
    public IReadOnlyList<PlannedImage> Images { get; init; } = [];

    /// <summary>The endpoint; null when the definition has no inference.</summary>
    public PlannedEndpoint? Endpoint { get; init; }

    /// <summary>The name of the image that the endpoint serves.</summary>
    public string? InferenceImage { get; init; }

    /// <summary>The services to roll out, each with the reason.</summary>
    public IReadOnlyList<PlannedService> Services { get; init; } = [];
}
