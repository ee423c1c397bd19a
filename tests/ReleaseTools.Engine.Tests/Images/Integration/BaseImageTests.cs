using System.Security.Cryptography;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>An image that begins with another, on a real engine and with a real registry.</summary>
public sealed class BaseImageTests : IDisposable
{
    private readonly TemporaryFolder workspace = new();
    private readonly Recorder recorder = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task An_image_begins_with_the_one_that_was_just_built()
    {
        using var engine = await TestEngine.ConnectAsync();
        using var builds = new ImageBuilds(engine, registry: null, TestEngine.Environment, TimeProvider.System, throttleLimit: 2);

        var (below, above) = Images("127.0.0.1:1");
        var results = new List<ImageBuildResult>();
        await foreach (var result in BuildGraph.RunAsync([above, below], image => image, (image, built, stop) => BuildAsync(builds, image, built), (image, _) => BuildTestingRecord(image), default))
            results.Add(result);

        var files = await EngineFiles.ListAsync(results.Single(result => result.Image.Name == "above").ShouldBeBuilt().ImageId!);
        files.ShouldBe(["below", "above"], ignoreOrder: true);
    }

    [Fact]
    public async Task One_that_only_the_registry_holds_is_fetched_by_digest_with_credentials_that_stay_in_memory()
    {
        using var engine = await TestEngine.ConnectAsync();
        using var server = TestRegistry.Connect();
        using var registry = new EcrRegistry(server.Session, TimeProvider.System);
        using var builds = new ImageBuilds(engine, registry, TestEngine.Environment, TimeProvider.System, throttleLimit: 1);
        var (below, above) = Images(server.Host);
        var built = (await BuildAsync(builds, below, new Dictionary<string, AppImage>())).ShouldBeBuilt();
        var pushed = (await new ImagePushes(engine, registry, TimeProvider.System).PushAsync(built, new ImagePushOptions(), recorder, default)).Image;
        await EngineFiles.RemoveAsync(built.ImageId!);

        var reused = built with { Status = ImageBuildStatus.Reused, ImageId = null, Digest = pushed.Digest };
        var result = await BuildAsync(builds, above, new Dictionary<string, AppImage> { ["below"] = reused });

        (await EngineFiles.ListAsync(result.ShouldBeBuilt().ImageId!)).ShouldBe(["below", "above"], ignoreOrder: true);
        recorder.Of<Noted>().ShouldContain(note => note.Message.StartsWith("Fetching its base image below", StringComparison.Ordinal));
    }

    private static AppImage BuildTestingRecord(ReleaseImage image) => new() { Name = image.Name, Repository = image.Repository, Tag = "v1", Status = ImageBuildStatus.Failed };

    private async Task<ImageBuildResult> BuildAsync(ImageBuilds builds, ReleaseImage image, IReadOnlyDictionary<string, AppImage> built) =>
        await builds.BuildAsync(await builds.PlanAsync(image, "v1", fingerprint: null, new ImageBuildOptions(), default), built, new ImageBuildOptions(), recorder, default);

    private (ReleaseImage Below, ReleaseImage Above) Images(string host)
    {
        var unique = RandomNumberGenerator.GetHexString(12, lowercase: true);
        workspace.Write("below", unique);
        workspace.Write("above", unique);
        var below = new ReleaseImage
        {
            Name = "below", Repository = $"{host}/test-{unique}-below", Workspace = workspace.Path, Context = workspace.Path, Dockerfile = workspace.Write("below.Dockerfile", "FROM scratch\nCOPY below /\n"),
        };
        return (below, below with
        {
            Name = "above", Repository = $"{host}/test-{unique}-above", Dockerfile = workspace.Write("above.Dockerfile", "ARG BASE\nFROM ${BASE}\nCOPY above /\n"),
            BaseImages = new Dictionary<string, string> { ["BASE"] = "below" },
        });
    }
}
