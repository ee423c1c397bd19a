using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Infrastructure;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Hosting;

/// <summary>AWS sessions of commands that can do without a definition.</summary>
internal static class Sessions
{
    /// <summary>
    /// The sessions of a command. Where nobody names a region, it is that of the command, else of the definition where there is
    /// one, else of the session and the environment.
    /// </summary>
    public static AwsSessions Of(AwsSessionOptions aws, string definitionPath, IReleaseObserver observer) =>
        new(aws, observer, cancellationToken => DefinedAsync(definitionPath, aws.Environment, cancellationToken));

    /// <summary>
    /// The session in the region that the command names, else the repository's host: for a SageMaker endpoint, whose image is in its own region.
    /// </summary>
    public static Task<AwsSession> NearAsync(this AwsSessions sessions, AwsSessionOptions aws, string? repository, CancellationToken cancellationToken) =>
        sessions.GetAsync(aws.Region is null && repository is not null ? EcrRepository.Parse(repository).Region : null, cancellationToken);

    /// <summary>
    /// The session of the services that a command works on: in the region that the command names, else the definition, else the
    /// session and the environment. A repository may be in another region, where services pull from all the same; its own is taken
    /// only where there is no other.
    /// </summary>
    public static async Task<AwsSession> ForServicesAsync(this AwsSessions sessions, string? repository, CancellationToken cancellationToken)
    {
        try
        {
            return await sessions.GetAsync(region: null, cancellationToken);
        }
        catch (ReleaseException none) when (none.Id == nameof(Messages.AwsRegionMissing) && repository is not null)
        {
            return await sessions.GetAsync(EcrRepository.Parse(repository).Region, cancellationToken);
        }
    }

    /// <summary>The definition's region; null where there is no definition, or only the env file could tell and is not there. One that is wrong is told.</summary>
    private static async Task<string?> DefinedAsync(string path, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        try
        {
            var file = await DefinitionFile.LoadAsync(path, cancellationToken);
            return file.Resolve(await InfraEnvironmentFile.ReadIfThereAsync(file.Terraform.EnvFile, cancellationToken), environment).Region;
        }
        catch (ReleaseException none) when (none.Id is nameof(Messages.DefinitionNotFound) or nameof(Messages.EnvFileNotFound))
        {
            return null; // nothing else of the definition is needed; without a region from elsewhere that is the error
        }
    }
}
