namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>A release definition with every variable filled in and every rule kept.</summary>
public sealed record ReleaseDefinition
{
    /// <summary>The project's name.</summary>
    public required string Project { get; init; }

    /// <summary>The workspace's root, absolute.</summary>
    public required string Workspace { get; init; }

    /// <summary>The release.json, or the env file it was discovered from.</summary>
    public required string Path { get; init; }

    /// <summary>The AWS region; null where the definition names none.</summary>
    public string? Region { get; init; }

    /// <summary>The ECS cluster of services that name none; null where the definition names none.</summary>
    public string? Cluster { get; init; }

    /// <summary>The CodeBuild project of images that are built there and name none.</summary>
    public string? CodeBuildProject { get; init; }

    /// <summary>How many things may be worked on at once; null for the command's own default.</summary>
    public int? ThrottleLimit { get; init; }

    /// <summary>Terraform and the env file.</summary>
    public required TerraformSettings Terraform { get; init; }

    /// <summary>The images, in the file's order.</summary>
    public IReadOnlyList<ReleaseImage> Images { get; init; } = [];

    /// <summary>The services, in the file's order.</summary>
    public IReadOnlyList<ServiceDefinition> Services { get; init; } = [];

    /// <summary>Where inference runs.</summary>
    public required InferenceDefinition Inference { get; init; }

    /// <summary>The image of that name; null when there is none.</summary>
    public ReleaseImage? FindImage(string name) => Images.FirstOrDefault(image => string.Equals(image.Name, name, StringComparison.Ordinal));

    /// <summary>The service of that name in the definition, or else of that name at ECS; null when there is none.</summary>
    public ServiceDefinition? FindService(string name) =>
        Services.FirstOrDefault(service => string.Equals(service.Name, name, StringComparison.Ordinal))
        ?? Services.FirstOrDefault(service => string.Equals(service.Service, name, StringComparison.Ordinal));
}

/// <summary>An ECS service that a release rolls out.</summary>
public sealed record ServiceDefinition
{
    /// <summary>Its name in the definition; what <see cref="ReleaseImage.Services"/> holds.</summary>
    public required string Name { get; init; }

    /// <summary>Its name at ECS.</summary>
    public required string Service { get; init; }

    /// <summary>The cluster it is in.</summary>
    public required string Cluster { get; init; }

    /// <summary>The name of the image it runs; null where it runs one that is not released here.</summary>
    public string? Image { get; init; }

    /// <summary>That image's repository, without tag.</summary>
    public string? Repository { get; init; }

    /// <summary>What must answer after a rollout; null where nothing need.</summary>
    public UrlVerification? Verify { get; init; }

    /// <summary>The names, in the definition, of the services that must be healthy before this one is rolled out.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>Whether a rollout registers a revision that names the image by digest, rather than moving a tag.</summary>
    public bool PinDigest { get; init; }

    /// <summary>The task that is run before a rollout of a new image; null where there is none.</summary>
    public BeforeRolloutTask? BeforeRollout { get; init; }
}

/// <summary>What serves inference.</summary>
public enum InferenceBackend
{
    /// <summary>A SageMaker endpoint.</summary>
    SageMaker,

    /// <summary>A server of its own behind a URL, which a release leaves alone.</summary>
    Http,

    /// <summary>Nothing.</summary>
    None,
}

/// <summary>Where inference runs.</summary>
public sealed record InferenceDefinition
{
    /// <summary>What serves it.</summary>
    public required InferenceBackend Backend { get; init; }

    /// <summary>The SageMaker endpoint; set exactly when the backend is <see cref="InferenceBackend.SageMaker"/>.</summary>
    public string? EndpointName { get; init; }

    /// <summary>The name of the image it serves; always set when the backend is <see cref="InferenceBackend.SageMaker"/>.</summary>
    public string? Image { get; init; }

    /// <summary>The variant to update; null where the endpoint has but one.</summary>
    public string? VariantName { get; init; }

    /// <summary>Why there is no SageMaker endpoint to update; null when there is one.</summary>
    public string? Reason { get; init; }
}

/// <summary>Where terraform runs and what it leaves behind.</summary>
public sealed record TerraformSettings
{
    /// <summary>The working directory, absolute; null where terraform is not used.</summary>
    public string? Directory { get; init; }

    /// <summary>The env file written from the outputs, absolute; null where there is none.</summary>
    public string? EnvFile { get; init; }

    /// <summary>The terraform workspace; null for the one that is selected.</summary>
    public string? Workspace { get; init; }

    /// <summary>Files of variables, absolute, in the order in which they are passed.</summary>
    public IReadOnlyList<string> VarFiles { get; init; } = [];
}
