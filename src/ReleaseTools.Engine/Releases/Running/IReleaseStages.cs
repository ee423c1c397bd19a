using ReleaseTools.Engine.Releases.Planning;
using ReleaseTools.Engine.Rollouts;

namespace ReleaseTools.Engine.Releases.Running;

/// <summary>
/// The stages of a release as its runner sees them. Each throws a <see cref="Errors.ReleaseException"/> when it fails;
/// none knows of the others, and the order is the runner's alone.
/// </summary>
public interface IReleaseStages
{
    /// <summary>What the release is called and where it runs, known before anything else.</summary>
    ReleaseIdentity Identity { get; }

    /// <summary>What terraform would do. Changes nothing.</summary>
    Task<InfrastructureChange> PlanInfrastructureAsync(CancellationToken cancellationToken);

    /// <summary>Does what <see cref="PlanInfrastructureAsync"/> said, and writes the env file.</summary>
    Task<InfrastructureChange> ApplyInfrastructureAsync(CancellationToken cancellationToken);

    /// <summary>What the rest of the release would do, by the env file as it is now. Changes nothing.</summary>
    Task<PlannedRelease> PlanAsync(CancellationToken cancellationToken);

    /// <summary>Builds an image on the Docker engine, or finds it in ECR.</summary>
    Task<AppImage> BuildAsync(PlannedImage image, CancellationToken cancellationToken);

    /// <summary>Puts a built image into ECR.</summary>
    Task<EcrImage> PushAsync(AppImage image, CancellationToken cancellationToken);

    /// <summary>Builds an image on CodeBuild, which puts it into ECR, or finds it there.</summary>
    Task<EcrImage> BuildOnCodeBuildAsync(PlannedImage image, CancellationToken cancellationToken);

    /// <summary>Updates the endpoint to an image, only if it serves another.</summary>
    Task<EndpointUpdate> UpdateEndpointAsync(EcrImage image, CancellationToken cancellationToken);

    /// <summary>Rolls out services, all at once but for those that come after others, and proves what runs. Every service asked for has its record in the answer.</summary>
    Task<IReadOnlyList<RolloutResult>> RolloutAsync(IReadOnlyList<string> services, IReadOnlyList<EcrImage> images, CancellationToken cancellationToken);
}

/// <summary>What a release is called.</summary>
/// <param name="Project">The project.</param>
/// <param name="Tag">The release tag.</param>
/// <param name="InfrastructureDirectory">Terraform's directory, relative to the workspace; "." without terraform.</param>
public sealed record ReleaseIdentity(string Project, string Tag, string InfrastructureDirectory)
{
    /// <summary>The command line that runs this release, and that goes on with it.</summary>
    public string Command { get; init; } = "Invoke-FullRelease";
}
