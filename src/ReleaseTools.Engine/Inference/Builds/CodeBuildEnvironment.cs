using ReleaseTools.Engine.Aws.CodeBuild;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Inference.Builds;

/// <summary>The environment variables that tell a CodeBuild project what to build and where to push it.</summary>
internal static class CodeBuildEnvironment
{
    /// <summary>Where the build pushes: <c>repository:tag</c>.</summary>
    public const string ImageUri = "ECR_URI";

    /// <summary>What the project's buildspec adds to <c>docker build</c>.</summary>
    public const string ExtraArguments = "DOCKER_BUILD_EXTRA_ARGS";

    /// <summary>The Dockerfile, relative to the workspace: lets one project build any image.</summary>
    public const string Dockerfile = "DOCKERFILE";

    /// <summary>The build context, relative to the workspace.</summary>
    public const string Context = "DOCKER_CONTEXT";

    /// <summary>The overrides of one build. What the user sets wins over what is worked out here.</summary>
    /// <param name="image">The image.</param>
    /// <param name="tag">The release tag.</param>
    /// <param name="options">What else the build is given.</param>
    /// <param name="project">The project that builds it.</param>
    /// <exception cref="ReleaseException"><c>CodeBuildNeedsDockerfile</c>, <c>CodeBuildArgumentNotPlain</c>.</exception>
    public static (IReadOnlyList<EnvironmentVariable> Variables, IReadOnlyList<string> LeftOut) For(ReleaseImage image, string tag, InferenceBuildOptions options, Project project)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal) { [ImageUri] = $"{image.Repository}:{tag}" };
        if (image.Dockerfile is not null)
        {
            variables[Dockerfile] = Relative(image, image.Dockerfile);
            variables[Context] = Relative(image, image.Context ?? image.Workspace);
        }

        foreach (var (name, value) in options.EnvironmentVariables)
            variables[name] = value;

        // An override takes the place of the project's own value: it is given only where there is something to say, and says that again.
        var arguments = CodeBuildArguments.For(image, options, BuiltSource.IsWorkspace(project));
        if (arguments.Words.Count > 0)
            variables[ExtraArguments] = arguments.After(variables.GetValueOrDefault(ExtraArguments) ?? Own(project));

        return ([.. variables.Select(variable => new EnvironmentVariable(variable.Key, variable.Value))], arguments.LeftOut);
    }

    private static string? Own(Project project) =>
        project.Environment?.EnvironmentVariables?.FirstOrDefault(variable => variable is { Name: ExtraArguments, Type: null or "PLAINTEXT" })?.Value;

    private static string Relative(ReleaseImage image, string path) => Path.GetRelativePath(image.Workspace, path).Replace('\\', '/');
}
