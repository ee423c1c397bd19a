using ReleaseTools.Engine.Images.Docker;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>The command line of a build. A pure function, so that what is run can be tested without running it.</summary>
internal static class DockerBuildArguments
{
    // https://github.com/docker/buildx/releases/tag/v0.10.0: attestations, on by default from there.
    private static readonly Version FirstWithAttestations = new(0, 10);

    public static IReadOnlyList<string> For(ReleaseImage image, string tag, DockerCli cli, ImageBuildOptions options, string idFile)
    {
        List<string> arguments = cli.Builder == DockerBuilder.Buildx ? ["buildx", "build"] : ["build"];
        if (cli.Builder != DockerBuilder.Classic)
            arguments.Add("--progress=plain");
        if (cli.Builder == DockerBuilder.Buildx)
        {
            arguments.Add("--load");
            // An attestation makes an index of a single image, whose digest is not what a task runs.
            if (cli.BuildxVersion is null || cli.BuildxVersion >= FirstWithAttestations)
                arguments.AddRange(["--provenance=false", "--sbom=false"]);
        }

        arguments.AddRange(["--iidfile", idFile, "--tag", $"{image.Repository}:{tag}", "--file", image.Dockerfile!]);
        if (image.Platform is { } platform)
            arguments.AddRange(["--platform", platform]);
        if (image.Target is { } target)
            arguments.AddRange(["--target", target]);
        foreach (var (name, value) in image.BuildArgs.OrderBy(argument => argument.Key, StringComparer.Ordinal))
            arguments.AddRange(["--build-arg", $"{name}={value}"]);
        foreach (var (name, value) in options.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
            arguments.AddRange(["--label", $"{name}={value}"]);
        if (options.NoCache)
            arguments.Add("--no-cache");
        if (options.Pull)
            arguments.Add("--pull");
        arguments.AddRange(["--", image.Context!]);
        return arguments;
    }
}
