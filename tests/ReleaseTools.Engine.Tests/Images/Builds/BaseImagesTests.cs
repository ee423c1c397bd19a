using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Tests.Images.Pushes;
using ReleaseTools.Engine.Tests.Images.Registries;
using static ReleaseTools.Engine.Tests.Images.Builds.BuildTesting;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class BaseImagesTests : IDisposable
{
    private static readonly string Digest = "sha256:" + new string('d', 64);
    private readonly Recorder recorder = new();
    private readonly FakeEngine engine;
    private readonly EcrRegistry registry;
    private readonly BaseImages bases;
    private readonly ReleaseImage image = Image("/w") with { BaseImages = Words(("BASE", "base")) };

    public BaseImagesTests()
    {
        var ecr = new MemoryEcr(TimeProvider.System) { ProxyEndpoint = "http://127.0.0.1:1" };
        engine = new FakeEngine(ecr);
        registry = new EcrRegistry(ecr.Session, TimeProvider.System);
        bases = new BaseImages(engine, registry);
    }

    public void Dispose()
    {
        bases.Dispose();
        registry.Dispose();
    }

    [Fact]
    public async Task One_that_was_built_is_on_the_engine_under_its_tag()
    {
        (await OnEngineAsync(Built("base", imageId: FakeEngine.ImageId))).ShouldBe([new BaseImage("BASE", "base", "127.0.0.1:1/base:v1", FakeEngine.ImageId)]);

        engine.Pulls.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_that_is_reused_is_fetched_by_its_digest_and_gets_the_tag()
    {
        (await OnEngineAsync(Built("base", Digest))).ShouldBe([new BaseImage("BASE", "base", "127.0.0.1:1/base:v1", Digest)]);

        engine.Pulls.ShouldBe([$"127.0.0.1:1/base@{Digest}"]);
        engine.Tagged.ShouldBe([($"127.0.0.1:1/base@{Digest}", "127.0.0.1:1/base:v1")]);
    }

    [Fact]
    public async Task One_that_is_nowhere_is_an_error_that_names_both()
    {
        var error = await Should.ThrowAsync<ReleaseException>(() => bases.OnEngineAsync(image, Nothing, recorder, default));

        error.Id.ShouldBe(nameof(Messages.BaseImageMissing));
        error.RecommendedAction.ShouldContain("Build-AppImage base, web-ui");
    }

    private Task<IReadOnlyList<BaseImage>> OnEngineAsync(AppImage found) =>
        bases.OnEngineAsync(image, new Dictionary<string, AppImage> { [found.Name] = found }, recorder, default);
}
