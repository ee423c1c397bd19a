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
    /// A session in the region that the command names, else the repository's host, else the definition where there is one,
    /// else the session and the environment.
    /// </summary>
    public static async Task<AwsSession> OpenAsync(
        AwsSessionOptions aws, string definitionPath, string? repository, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        var region = aws.Region ?? (repository is null ? null : EcrRepository.Parse(repository).Region) ?? await DefinedAsync(definitionPath, aws.Environment, cancellationToken);
        return await AwsSessionFactory.CreateAsync(aws with { DefinitionRegion = region }, observer, cancellationToken);
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
