using System.Security.Cryptography;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>With a real engine, and where it says so a real registry. Images are <c>FROM scratch</c>: no base image is pulled.</summary>
public sealed class BuildAndPushTests : IDisposable
{
    private readonly TemporaryFolder workspace = new();
    private readonly Recorder recorder = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task An_image_is_built_with_its_arguments_and_labels_and_is_on_the_engine()
    {
        using var engine = await TestEngine.ConnectAsync();
        var image = Image("127.0.0.1:1", "ARG GREETING\nLABEL greeting=$GREETING\nCOPY a /a\nCOPY b /b\n") with
        {
            BuildArgs = new Dictionary<string, string> { ["GREETING"] = "hello" },
        };

        var built = (await BuildAsync(engine, image)).ShouldBeBuilt();

        var onEngine = (await engine.InspectAsync(built.ImageId!, default)).ShouldNotBeNull();
        onEngine.LayerDiffIds.Count.ShouldBe(2);
        built.SizeBytes.ShouldBe(onEngine.SizeBytes);
        recorder.Of<BuildProgress>().Select(step => step.Name).ShouldBe(["COPY a /a", "COPY b /b"], ignoreOrder: true);
    }

    [Fact]
    public async Task The_whole_output_is_in_a_log_file_that_only_its_owner_can_read()
    {
        using var engine = await TestEngine.ConnectAsync();

        var built = (await BuildAsync(engine, Image("127.0.0.1:1", "COPY a /a\n"))).ShouldBeBuilt();

        built.LogFile.ShouldNotBeNull().ShouldStartWith(Path.Combine(workspace.Path, ".releasetools", "logs"));
        (await File.ReadAllTextAsync(built.LogFile)).ShouldContain("COPY a /a");
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(built.LogFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task A_second_build_of_the_same_takes_its_steps_from_the_cache_and_has_the_same_id()
    {
        using var engine = await TestEngine.ConnectAsync();
        var image = Image("127.0.0.1:1", "COPY a /a\n");
        var first = (await BuildAsync(engine, image)).ShouldBeBuilt();

        var second = (await BuildAsync(engine, image)).ShouldBeBuilt();

        second.ImageId.ShouldBe(first.ImageId);
        recorder.Of<BuildProgress>().ShouldContain(step => step.Cached);
    }

    [Fact]
    public async Task A_build_that_fails_names_the_step_and_leaves_the_others_to_go_on()
    {
        using var engine = await TestEngine.ConnectAsync();
        var good = Image("127.0.0.1:1", "COPY a /a\n");
        var bad = good with { Name = "bad", Dockerfile = workspace.Write("bad.Dockerfile", "FROM scratch\nCOPY missing /m\n") };
        using var builds = new ImageBuilds(engine, registry: null, TestEngine.Environment, TimeProvider.System, throttleLimit: 2);
        var plans = await Task.WhenAll(new[] { bad, good }.Select(image => builds.PlanAsync(image, "v1", fingerprint: null, new ImageBuildOptions(), default)));

        var results = await Task.WhenAll(plans.Select(plan => builds.BuildAsync(plan, new Dictionary<string, AppImage>(), new ImageBuildOptions(), recorder, default)));

        var failed = results.Single(result => result.Image.Name == "bad");
        failed.Image.Status.ShouldBe(ImageBuildStatus.Failed);
        failed.Image.Reason.ShouldNotBeNull().ShouldContain("COPY missing /m");
        failed.Error.ShouldNotBeNull().RecommendedAction.ShouldContain(failed.Image.LogFile.ShouldNotBeNull());
        results.Single(result => result.Image.Name == "web-ui").ShouldBeBuilt();
    }

    [Fact]
    public async Task A_built_image_goes_to_the_registry_once_with_all_its_tags()
    {
        using var engine = await TestEngine.ConnectAsync();
        using var server = TestRegistry.Connect();
        using var registry = new EcrRegistry(server.Session, TimeProvider.System);
        var built = (await BuildAsync(engine, Image(server.Host, "COPY a /a\nCOPY b /b\n"))).ShouldBeBuilt() with { Fingerprint = "f00d" };
        var pushes = new ImagePushes(engine, registry, TimeProvider.System);
        var options = new ImagePushOptions { AlsoTags = ["latest"] };

        var (pushed, error) = await pushes.PushAsync(built, options, recorder, default);
        var (again, _) = await pushes.PushAsync(built, new ImagePushOptions(), recorder, default);

        error.ShouldBeNull();
        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        pushed.Tags.ShouldBe(["v1", "latest", "src-f00d"]);
        var manifest = (await registry.GetManifestAsync(pushed.Repository, "src-f00d", default)).ShouldNotBeNull();
        manifest.Digest.ShouldBe(pushed.Digest);
        manifest.ConfigDigest.ShouldBe(built.ImageId);
        pushed.BytesSent.ShouldBe(manifest.Layers.Sum(layer => layer.Size));
        recorder.Of<LayerProgress>().ShouldContain(layer => layer.State == "Pushed");
        (again.Status, again.Digest, again.BytesSent).ShouldBe((ImagePushStatus.AlreadyPresent, pushed.Digest, 0));
    }

    [Fact]
    public async Task Layers_that_the_registry_has_are_not_counted_as_sent()
    {
        using var engine = await TestEngine.ConnectAsync();
        using var server = TestRegistry.Connect();
        using var registry = new EcrRegistry(server.Session, TimeProvider.System);
        var pushes = new ImagePushes(engine, registry, TimeProvider.System);
        var image = Image(server.Host, "COPY a /a\nCOPY b /b\n");
        await pushes.PushAsync((await BuildAsync(engine, image)).ShouldBeBuilt(), new ImagePushOptions(), recorder, default);
        workspace.Write("b", "changed");

        var pushed = (await pushes.PushAsync((await BuildAsync(engine, image)).ShouldBeBuilt(), new ImagePushOptions(), recorder, default)).Image;

        var manifest = (await registry.GetManifestAsync(pushed.Repository, pushed.Digest!, default)).ShouldNotBeNull();
        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        pushed.BytesSent.ShouldBe(manifest.Layers[1].Size);
    }

    [Fact]
    public async Task Credentials_that_the_registry_refuses_are_fetched_anew_once()
    {
        using var engine = await TestEngine.ConnectAsync();
        using var server = TestRegistry.Connect(wrongTokens: 1);
        using var registry = new EcrRegistry(server.Session, TimeProvider.System);
        var built = (await BuildAsync(engine, Image(server.Host, "COPY a /a\n"))).ShouldBeBuilt();

        var (pushed, error) = await new ImagePushes(engine, registry, TimeProvider.System).PushAsync(built, new ImagePushOptions(), recorder, default);

        error.ShouldBeNull();
        pushed.Status.ShouldBe(ImagePushStatus.Pushed);
        server.TokensGiven.ShouldBe(2);
    }

    [Fact]
    public async Task Credentials_that_stay_wrong_are_an_error_of_permission_and_put_no_tag()
    {
        using var engine = await TestEngine.ConnectAsync();
        using var server = TestRegistry.Connect(wrongTokens: 9);
        using var registry = new EcrRegistry(server.Session, TimeProvider.System);
        var built = (await BuildAsync(engine, Image(server.Host, "COPY a /a\n"))).ShouldBeBuilt();

        var (_, error) = await new ImagePushes(engine, registry, TimeProvider.System).PushAsync(built, new ImagePushOptions(), recorder, default);

        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.PushUnauthorized));
        (await registry.FindAsync(built.Repository, "v1", default)).ShouldBeNull();
    }

    [Fact]
    public async Task A_registry_that_does_not_answer_is_tried_again_and_then_named()
    {
        using var engine = await TestEngine.ConnectAsync();
        var ecr = new Registries.MemoryEcr(TimeProvider.System) { ProxyEndpoint = "http://127.0.0.1:1" };
        using var registry = new EcrRegistry(ecr.Session, TimeProvider.System);
        var built = (await BuildAsync(engine, Image("127.0.0.1:1", "COPY a /a\n") with { Repository = "127.0.0.1:1/web-ui" })).ShouldBeBuilt();

        var (_, error) = await new ImagePushes(engine, registry, new ImpatientClock()).PushAsync(built, new ImagePushOptions { Retries = 2 }, recorder, default);

        error.ShouldNotBeNull().Message.ShouldContain("127.0.0.1:1");
        recorder.Of<Warned>().Count.ShouldBe(2);
    }

    private async Task<ImageBuildResult> BuildAsync(DockerEngine engine, ReleaseImage image)
    {
        using var builds = new ImageBuilds(engine, registry: null, TestEngine.Environment, TimeProvider.System, throttleLimit: 1);
        var plan = await builds.PlanAsync(image, "v1", fingerprint: null, new ImageBuildOptions(), default);
        return await builds.BuildAsync(plan, new Dictionary<string, AppImage>(), new ImageBuildOptions(), recorder, default);
    }

    private ReleaseImage Image(string host, string instructions) =>
        workspace.Image($"{host}/test-{RandomNumberGenerator.GetHexString(12, lowercase: true)}", instructions);
}
