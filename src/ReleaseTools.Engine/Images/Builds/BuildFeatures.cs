using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;

namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// What a build asks of its builder, held against what the builder can do:
/// <code>
///                        buildx    BuildKit of a CLI before 23    classic builder
/// secrets                yes       yes                            no
/// cache-from             yes       yes                            yes
/// cache-to               yes       type=inline                    no
/// provenance, sbom       0.10 on   no                             no
/// only the inputs        yes       yes                            no: it sends the whole context
/// </code>
/// Provenance and SBOM turn the image into an index, which only an engine with the containerd image store can hold
/// (https://docs.docker.com/build/metadata/attestations/).
/// </summary>
internal static class BuildFeatures
{
    // https://github.com/docker/buildx/releases/tag/v0.10.0: attestations, on by default from there.
    private static readonly Version FirstWithAttestations = new(0, 10);

    /// <summary>Whether attestations can be asked for and, where they are not, must be switched off.</summary>
    public static bool HasAttestations(DockerCli cli) => cli.Builder == DockerBuilder.Buildx && (cli.BuildxVersion is null || cli.BuildxVersion >= FirstWithAttestations);

    /// <summary>Whether a cache can only be left in the image itself.</summary>
    public static bool IsInline(string cacheTo) => cacheTo.Split(',').Contains("type=inline", StringComparer.Ordinal);

    /// <summary>Checks that the builder can do what is asked.</summary>
    /// <exception cref="ReleaseException"><c>BuilderLacksFeature</c>.</exception>
    public static void Check(ReleaseImage image, ImageBuildOptions options, DockerCli cli)
    {
        if (image.Secrets.Count > 0 && cli.Builder == DockerBuilder.Classic)
            throw Lacks(image, cli, "build secrets", "install docker-buildx");
        if (cli.Builder != DockerBuilder.Buildx && image.CacheTo.FirstOrDefault(to => cli.Builder == DockerBuilder.Classic || !IsInline(to)) is { } cache)
            throw Lacks(image, cli, $"the cache '{cache}'", cli.Builder == DockerBuilder.Classic ? "install docker-buildx" : "install docker-buildx, or write type=inline");
        if ((options.Provenance || options.Sbom) && !HasAttestations(cli))
            throw Lacks(image, cli, options.Provenance ? "-Provenance" : "-Sbom", $"install docker-buildx {FirstWithAttestations} or later");
    }

    /// <summary>Checks that the engine can hold what is asked.</summary>
    /// <exception cref="ReleaseException"><c>EngineLacksImageStore</c>.</exception>
    public static async Task CheckAsync(ReleaseImage image, ImageBuildOptions options, IDockerEngine engine, CancellationToken cancellationToken)
    {
        if ((options.Provenance || options.Sbom) && !await engine.HoldsIndexesAsync(cancellationToken))
            throw ReleaseException.For(nameof(Messages.EngineLacksImageStore), ErrorKind.InvalidState, image.Name, image.Name, options.Provenance ? "-Provenance" : "-Sbom");
    }

    private static ReleaseException Lacks(ReleaseImage image, DockerCli cli, string what, string remedy) =>
        ReleaseException.For(nameof(Messages.BuilderLacksFeature), ErrorKind.NotInstalled, image.Name, image.Name, what, cli.Path, cli.Version, remedy);
}
