using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Docker;

namespace ReleaseTools.Engine.Tests.Images.Builds;

/// <summary>Images, plans and CLIs for tests that build nothing.</summary>
internal static class BuildTesting
{
    public static ReleaseImage Image(string workspace, string name = "web-ui") => new()
    {
        Name = name,
        Repository = $"127.0.0.1:1/{name}",
        Workspace = workspace,
        Context = workspace,
        Dockerfile = Path.Combine(workspace, "Dockerfile"),
    };

    public static ImageBuildPlan Plan(this ReleaseImage image, string tag = "v1") => new(image, tag, "f00d", ReleaseAction.Build, "Inputs changed.", Digest: null);

    public static AppImage Built(string name, string? digest = null, string? imageId = null) =>
        new() { Name = name, Repository = $"127.0.0.1:1/{name}", Tag = "v1", Status = digest is null ? ImageBuildStatus.Built : ImageBuildStatus.Reused, Digest = digest, ImageId = imageId };

    public static DockerCli Cli(DockerBuilder builder, string? buildx = "0.12.1") =>
        new() { Path = "/usr/bin/docker", Version = new Version(28, 0), Builder = builder, BuildxVersion = buildx is null ? null : new Version(buildx) };

    public static IReadOnlyDictionary<string, string> Words(params (string Name, string Value)[] words) => words.ToDictionary(word => word.Name, word => word.Value, StringComparer.Ordinal);

    public static readonly IReadOnlyDictionary<string, AppImage> Nothing = new Dictionary<string, AppImage>(StringComparer.Ordinal);
}
