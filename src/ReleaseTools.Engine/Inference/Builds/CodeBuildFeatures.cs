using ReleaseTools.Engine.Aws.CodeBuild;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;

namespace ReleaseTools.Engine.Inference.Builds;

/// <summary>
/// What a build asks of CodeBuild, held against what it can do there:
/// <code>
/// a secret from a variable   by its name, where the project has that variable from Secrets Manager or the Parameter Store
/// a secret from a file       no: the file is on this machine
/// provenance, sbom           no: what the project's buildspec builds and pushes is its own affair
/// </code>
/// No value is sent: StartBuild's variables are shown by CodeBuild's console and by BatchGetBuilds to all who may read
/// (https://docs.aws.amazon.com/codebuild/latest/APIReference/API_EnvironmentVariable.html).
/// </summary>
internal static class CodeBuildFeatures
{
    private static readonly string[] KeptElsewhere = ["SECRETS_MANAGER", "PARAMETER_STORE"];

    /// <summary>Checks that nothing is asked for that only docker on this machine can give.</summary>
    /// <exception cref="ReleaseException"><c>CodeBuildCannotAttest</c>.</exception>
    public static void Check(ReleaseImage image, ImageBuildOptions options)
    {
        if (options.IsAttested)
            throw ReleaseException.For(nameof(Messages.CodeBuildCannotAttest), ErrorKind.InvalidArgument, image.Name, image.Name, options.Provenance ? "-Provenance" : "-Sbom");
    }

    /// <summary>Checks that the project has the secrets of an image that it is to build.</summary>
    /// <exception cref="ReleaseException"><c>CodeBuildSecretMissing</c>, <c>CodeBuildSecretInFile</c>.</exception>
    public static void CheckSecrets(ReleaseImage image, Project project)
    {
        foreach (var secret in image.Secrets)
        {
            if (secret.EnvironmentVariable is not { } name)
                throw ReleaseException.For(nameof(Messages.CodeBuildSecretInFile), ErrorKind.InvalidArgument, image.Name, image.Name, secret.Id, project.Name);
            if (project.Environment?.EnvironmentVariables?.FirstOrDefault(variable => variable.Name == name) is not { Type: { } type } || !KeptElsewhere.Contains(type, StringComparer.Ordinal))
                throw ReleaseException.For(nameof(Messages.CodeBuildSecretMissing), ErrorKind.InvalidState, image.Name, image.Name, secret.Id, project.Name, name);
        }
    }
}
