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
    /// <exception cref="ReleaseException">A build argument cannot be passed through a shell's word splitting.</exception>
    public static IReadOnlyList<EnvironmentVariable> For(ReleaseImage image, string tag, InferenceBuildOptions options)
    {
        var variables = new SortedDictionary<string, string>(StringComparer.Ordinal) { [ImageUri] = $"{image.Repository}:{tag}" };
        if (image.Dockerfile is not null)
        {
            variables[Dockerfile] = Relative(image, image.Dockerfile);
            variables[Context] = Relative(image, image.Context ?? image.Workspace);
        }

        foreach (var (name, value) in options.EnvironmentVariables)
            variables[name] = value;

        // An override takes the place of the project's own value, so it is given only where there is something to say.
        var arguments = string.Join(' ', Arguments(image, options, variables.GetValueOrDefault(ExtraArguments)));
        if (arguments.Length > 0)
            variables[ExtraArguments] = arguments;

        return [.. variables.Select(variable => new EnvironmentVariable(variable.Key, variable.Value))];
    }

    private static IEnumerable<string> Arguments(ReleaseImage image, InferenceBuildOptions options, string? given)
    {
        if (!string.IsNullOrWhiteSpace(given))
            yield return given;
        if (options.NoCache)
            yield return "--no-cache";
        if (image.Platform is not null)
            yield return $"--platform {image.Platform}";
        if (image.Dockerfile is null)
        {
            // The project knows its own Dockerfile: arguments and stages of another one mean nothing to it.
            if (image.Target is not null || image.BuildArgs.Count > 0)
                throw ReleaseException.For(nameof(Messages.CodeBuildNeedsDockerfile), ErrorKind.InvalidArgument, image.Name, image.Name, image.Target is null ? "buildArgs" : "target");
            yield break;
        }

        if (image.Target is not null)
            yield return $"--target {image.Target}";
        foreach (var (name, value) in image.BuildArgs.OrderBy(argument => argument.Key, StringComparer.Ordinal))
            yield return IsPlain(value) ? $"--build-arg {name}={value}" : throw ReleaseException.For(nameof(Messages.CodeBuildArgumentNotPlain), ErrorKind.InvalidArgument, image.Name, name, image.Name);
    }

    // A buildspec expands $DOCKER_BUILD_EXTRA_ARGS unquoted: blanks split a word, and the rest a shell could take for its own.
    private static bool IsPlain(string value) => value.All(c => char.IsAsciiLetterOrDigit(c) || "._-/:=,@+%".Contains(c, StringComparison.Ordinal));

    private static string Relative(ReleaseImage image, string path) => Path.GetRelativePath(image.Workspace, path).Replace('\\', '/');
}
