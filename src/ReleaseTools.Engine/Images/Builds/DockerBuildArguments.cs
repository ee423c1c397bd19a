using ReleaseTools.Engine.Images.Docker;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>The command line of a build. A pure function, so that what is run can be tested without running it.</summary>
internal static class DockerBuildArguments
{
    /// <summary>The arguments of the docker CLI.</summary>
    /// <param name="plan">The image, and what is to become of it.</param>
    /// <param name="cli">What builds it.</param>
    /// <param name="options">How.</param>
    /// <param name="input">What the build gets.</param>
    public static IReadOnlyList<string> For(ImageBuildPlan plan, DockerCli cli, ImageBuildOptions options, DockerBuildInput input)
    {
        var image = plan.Image;
        List<string> arguments = cli.Builder == DockerBuilder.Buildx ? ["buildx", "build"] : ["build"];
        if (input.Builder is not null)
            arguments.AddRange(["--builder", input.Builder]);
        if (cli.Builder != DockerBuilder.Classic)
            arguments.Add("--progress=plain");
        if (cli.Builder == DockerBuilder.Buildx)
            arguments.Add("--load");

        // An attestation makes an index of a single image, whose digest is not what a task runs: none unless asked for.
        if (BuildFeatures.HasAttestations(cli))
            arguments.AddRange([$"--provenance={(options.Provenance ? "true" : "false")}", $"--sbom={(options.Sbom ? "true" : "false")}"]);

        arguments.AddRange(["--iidfile", input.IdFile, "--tag", $"{image.Repository}:{plan.Tag}", "--file", input.Folder.Dockerfile]);
        arguments.AddRange(["--platform", image.Platform ?? ReleaseImage.DefaultPlatform]);
        if (image.Target is { } target)
            arguments.AddRange(["--target", target]);
        var bases = input.BaseImages.Select(one => KeyValuePair.Create(one.Argument, one.Reference));
        foreach (var (name, value) in image.BuildArgs.Concat(bases).OrderBy(argument => argument.Key, StringComparer.Ordinal))
            arguments.AddRange(["--build-arg", $"{name}={value}"]);
        var begun = input.BaseImages.Select(one => KeyValuePair.Create(BaseImageLabel.For(one.Name), one.Id)).DistinctBy(label => label.Key, StringComparer.Ordinal);
        foreach (var (name, value) in options.Labels.Concat(begun).OrderBy(label => label.Key, StringComparer.Ordinal))
            arguments.AddRange(["--label", $"{name}={value}"]);
        foreach (var secret in input.Secrets.Arguments)
            arguments.AddRange(["--secret", secret]);
        foreach (var from in image.CacheFrom)
            arguments.AddRange(["--cache-from", from]);
        arguments.AddRange(CacheTo(image, cli));
        if (options.NoCache)
            arguments.Add("--no-cache");

        // A base image of the definition may be on the engine alone, and is as new as can be.
        if ((options.Pull || plan.HasAged) && image.BaseImages.Count == 0)
            arguments.Add("--pull");
        arguments.AddRange(["--", input.Folder.Context]);
        return arguments;
    }

    // Without buildx a cache can only be left in the image, which a build argument asks for:
    // https://docs.docker.com/build/cache/backends/inline/
    private static IEnumerable<string> CacheTo(ReleaseImage image, DockerCli cli)
    {
        if (image.CacheTo.Count == 0)
            return [];
        return cli.Builder == DockerBuilder.Buildx
            ? image.CacheTo.SelectMany(to => new[] { "--cache-to", to })
            : ["--build-arg", "BUILDKIT_INLINE_CACHE=1"];
    }
}

/// <summary>What a build gets besides the image's definition.</summary>
/// <param name="Folder">Dockerfile and context.</param>
/// <param name="IdFile">The file that gets the image's id.</param>
/// <param name="BaseImages">The images of the definition that it begins with.</param>
/// <param name="Secrets">Its secrets.</param>
internal sealed record DockerBuildInput(BuildFolder Folder, string IdFile, IReadOnlyList<BaseImage> BaseImages, BuildSecrets Secrets)
{
    /// <summary>The builder of buildx to name; null for the one in use.</summary>
    public string? Builder { get; init; }
}
