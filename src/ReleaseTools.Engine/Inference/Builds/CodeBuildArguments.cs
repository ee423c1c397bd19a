using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Inference.Builds;

/// <summary>
/// What a build is given that is an argument of <c>docker build</c>. It goes through a variable that a buildspec expands unquoted, and that
/// CodeBuild's console shows:
/// <code>
/// --no-cache, --pull, --platform, --secret   always plain; a secret by the name of the project's variable, never by its value
/// --target, --build-arg                      of the workspace's Dockerfile alone; what is not plain is an error, for it would be another image
/// --label                                    where the project builds the workspace, of which alone they tell; what is not plain is left out
/// --cache-from, --cache-to                   what is not plain or holds a key is left out
/// </code>
/// </summary>
/// <param name="Words">The arguments.</param>
/// <param name="LeftOut">What is left out, in words for people.</param>
internal sealed record CodeBuildArguments(IReadOnlyList<string> Words, IReadOnlyList<string> LeftOut)
{
    // https://docs.docker.com/build/cache/backends/: how s3, azblob and gha are told who asks.
    private static readonly string[] Keys = ["access_key_id", "secret_access_key", "session_token", "token"];

    /// <summary>The arguments of a build.</summary>
    /// <param name="image">The image.</param>
    /// <param name="options">What else the build is given.</param>
    /// <param name="buildsWorkspace">Whether the project surely builds the workspace.</param>
    /// <exception cref="ReleaseException"><c>CodeBuildNeedsDockerfile</c>, <c>CodeBuildArgumentNotPlain</c>.</exception>
    public static CodeBuildArguments For(ReleaseImage image, InferenceBuildOptions options, bool buildsWorkspace)
    {
        List<string> words = [], leftOut = [];
        if (options.NoCache)
            words.Add("--no-cache");
        if (options.Pull)
            words.Add("--pull");
        if (image.Platform is not null)
            words.Add($"--platform {image.Platform}");
        words.AddRange(OfDockerfile(image));
        foreach (var (name, value) in options.Labels.Where(_ => buildsWorkspace).OrderBy(label => label.Key, StringComparer.Ordinal))
            Add($"--label {name}={value}", IsPlain(name) && IsPlain(value), $"the label {name}");
        words.AddRange(image.Secrets.Select(secret => $"--secret id={secret.Id},env={secret.EnvironmentVariable}"));
        foreach (var from in image.CacheFrom)
            Add($"--cache-from {from}", IsPlain(from) && !HoldsKey(from), $"the cache to take from{Type(from)}");
        foreach (var to in image.CacheTo)
            Add($"--cache-to {to}", IsPlain(to) && !HoldsKey(to), $"the cache to leave{Type(to)}");
        return new CodeBuildArguments(words, leftOut);

        void Add(string word, bool canBePassed, string what)
        {
            if (canBePassed)
                words.Add(word);
            else
                leftOut.Add(what);
        }
    }

    /// <summary>The arguments behind those that the project has of its own.</summary>
    public string After(string? own)
    {
        var kept = (own ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToList();
        if (Words.Any(word => word.StartsWith(Platform, StringComparison.Ordinal)))
            RemovePlatform(kept); // two platforms would be an image for both
        return string.Join(' ', kept.Concat(Words));
    }

    private const string Platform = "--platform";

    private static IEnumerable<string> OfDockerfile(ReleaseImage image)
    {
        // A project that knows its own Dockerfile: arguments and stages of another one mean nothing to it.
        if (image.Dockerfile is null && (image.Target is not null || image.BuildArgs.Count > 0))
            throw ReleaseException.For(nameof(Messages.CodeBuildNeedsDockerfile), ErrorKind.InvalidArgument, image.Name, image.Name, image.Target is null ? "buildArgs" : "target");
        if (image.Target is not null)
            yield return $"--target {image.Target}";
        foreach (var (name, value) in image.BuildArgs.OrderBy(argument => argument.Key, StringComparer.Ordinal))
            yield return IsPlain(value) ? $"--build-arg {name}={value}" : throw ReleaseException.For(nameof(Messages.CodeBuildArgumentNotPlain), ErrorKind.InvalidArgument, image.Name, name, image.Name);
    }

    private static void RemovePlatform(List<string> words)
    {
        words.RemoveAll(word => word.StartsWith($"{Platform}=", StringComparison.Ordinal));
        for (var at = words.IndexOf(Platform); at >= 0; at = words.IndexOf(Platform))
            words.RemoveRange(at, Math.Min(2, words.Count - at));
    }

    // A buildspec expands $DOCKER_BUILD_EXTRA_ARGS unquoted: blanks split a word, and the rest a shell could take for its own.
    private static bool IsPlain(string value) => value.All(c => char.IsAsciiLetterOrDigit(c) || "._-/:=,@+%".Contains(c, StringComparison.Ordinal));

    private static bool HoldsKey(string cache) => cache.Split(',').Any(part => Keys.Contains(part.Split('=')[0].Trim(), StringComparer.OrdinalIgnoreCase));

    // The rest of it may be what nobody is to see.
    private static string Type(string cache) =>
        cache.Split(',').FirstOrDefault(part => part.StartsWith("type=", StringComparison.Ordinal)) is { } type && IsPlain(type) ? $" ({type})" : "";
}
