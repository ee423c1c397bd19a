using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Images.Docker;
using ReleaseTools.Engine.Tests.Images.Pushes;
using ReleaseTools.Engine.Tests.Images.Registries;
using static ReleaseTools.Engine.Tests.Images.Builds.BuildTesting;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class ImageBuildsTests : IDisposable
{
    private readonly TemporaryFolder workspace = new();
    private readonly FakeDockers dockers = new();
    private readonly Recorder recorder = new();
    private readonly MemoryEcr ecr = new(TimeProvider.System);
    private readonly EcrRegistry registry;
    private readonly FakeEngine engine;
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 5, 4, 10, 0, 0, TimeSpan.Zero));
    private readonly ReleaseImage image;
    private ImageBuilds? builds;

    public ImageBuildsTests()
    {
        registry = new EcrRegistry(ecr.Session, TimeProvider.System);
        engine = new FakeEngine(ecr);
        image = new ReleaseImage
        {
            Name = "web-ui",
            Repository = MemoryEcr.Uri,
            Workspace = workspace.Path,
            Context = workspace.Path,
            Dockerfile = workspace.Write("packages/web-ui/Dockerfile", "FROM scratch\nCOPY . /\n"),
        };
    }

    public void Dispose()
    {
        builds?.Dispose();
        registry.Dispose();
        dockers.Dispose();
        workspace.Dispose();
    }

    [Fact]
    public async Task An_image_whose_inputs_ECR_holds_is_reused_and_the_reason_names_its_digest()
    {
        var digest = ecr.Add(FakeEngine.ImageId, "src-f00d");

        var plan = await PlanAsync(image);

        (plan.Action, plan.Digest).ShouldBe((ReleaseAction.Reuse, digest));
        plan.Reason.ShouldContain(digest[..19]);
    }

    [Fact]
    public async Task An_image_whose_inputs_changed_is_built() =>
        (await PlanAsync(image)).Reason.ShouldContain("Inputs changed");

    [Fact]
    public async Task An_image_without_inputs_is_built_and_no_registry_is_asked()
    {
        var plan = await PlanAsync(image, fingerprint: null);

        plan.Action.ShouldBe(ReleaseAction.Build);
        ecr.Calls.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reused_image_starts_no_process()
    {
        ecr.Add(FakeEngine.ImageId, "src-f00d");
        var plan = await PlanAsync(image);
        engine.IsDown = true;

        (await BuildAsync(plan)).Image.Status.ShouldBe(ImageBuildStatus.Reused);
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_ends_it_before_anything_is_written()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-ins for docker are shell scripts.");
        dockers.Add("Docker version 20.10.24, build 297e128");
        engine.IsDown = true;
        var plan = await PlanAsync(image, fingerprint: null);

        var error = await Should.ThrowAsync<ReleaseException>(() => BuildAsync(plan));

        error.Id.ShouldBe(nameof(Messages.DockerEngineUnreachable));
        Directory.Exists(Path.Combine(workspace.Path, ".releasetools")).ShouldBeFalse();
    }

    [Fact]
    public async Task A_stopped_build_ends_the_CLI_and_its_children()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-ins for docker are shell scripts.");
        var running = Path.Combine(Path.GetDirectoryName(dockers.Add("Docker version 20.10.24, build 297e128"))!, "running");
        var plan = await PlanAsync(image, fingerprint: null);
        using var stop = new CancellationTokenSource();

        var building = BuildAsync(plan, stop: stop.Token);
        var pids = await PidsAsync(running);
        await stop.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => building);
        pids.Length.ShouldBe(2);
        pids.ShouldAllBe(pid => IsGone(pid));
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_fails_that_image_with_the_reason()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-ins for docker are shell scripts.");
        dockers.Add("Docker version 20.10.24, build 297e128");
        var plan = await PlanAsync(image, fingerprint: null);

        var (failed, error) = await BuildAsync(plan, new ImageBuildOptions { LogFolder = image.Dockerfile });

        failed.Status.ShouldBe(ImageBuildStatus.Failed);
        error.ShouldNotBeNull().Id.ShouldBe(nameof(Messages.BuildFilesUnwritable));
    }

    [Theory]
    [InlineData("docker", true, null)]
    [InlineData("docker-container", false, null)]
    [InlineData("docker-container", true, "default")]
    [InlineData("kubernetes", true, "default")]
    [InlineData("docker-container", true, "elsewhere", "DOCKER_CONTEXT")]
    [InlineData("docker-container", true, "default", "DOCKER_CONTEXT", "DOCKER_HOST")]
    public async Task A_builder_that_does_not_see_the_engines_images_builds_none_that_begins_with_one(string driver, bool begins, string? builder, params string[] variables)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-ins for docker are shell scripts.");
        var cli = dockers.Add("Docker version 28.2.2, build e6534b4", "v0.12.1", driver, FakeEngine.ImageId);
        foreach (var variable in variables)
            dockers.Variables[variable] = "elsewhere";

        var arguments = await ArgumentsAsync(cli, begins ? image with { BaseImages = Words(("BASE", "base")) } : image);

        (arguments.IndexOf("--builder") is >= 0 and var at ? arguments[at + 1] : null).ShouldBe(builder);
    }

    [Theory]
    [InlineData(false, "type=inline")]
    [InlineData(true, "type=inline", "type=gha")]
    public async Task The_engines_own_builder_is_asked_for_no_cache_that_it_cannot_leave(bool holdsIndexes, params string[] caches)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-ins for docker are shell scripts.");
        engine.HoldsIndexes = holdsIndexes;
        var cli = dockers.Add("Docker version 28.2.2, build e6534b4", "v0.12.1", "docker-container", FakeEngine.ImageId);

        var arguments = await ArgumentsAsync(cli, image with { BaseImages = Words(("BASE", "base")), CacheTo = ["type=inline", "type=gha"] });

        arguments.Where((_, at) => at > 0 && arguments[at - 1] == "--cache-to").ShouldBe(caches);
        recorder.Of<Warned>().Count(warned => warned.Message.Contains("no cache", StringComparison.Ordinal)).ShouldBe(holdsIndexes ? 0 : 1);
    }

    private async Task<List<string>> ArgumentsAsync(string cli, ReleaseImage of)
    {
        var built = new Dictionary<string, AppImage> { ["base"] = Built("base", imageId: FakeEngine.ImageId) };
        var (record, error) = await Builds.BuildAsync(await PlanAsync(of, fingerprint: null), built, new ImageBuildOptions(), recorder, default);
        record.Status.ShouldBe(ImageBuildStatus.Built, error?.Message);
        return [.. FakeDockers.ArgumentsOf(cli)];
    }

    [Fact]
    public void What_is_wrong_with_an_image_is_found_before_docker_is_asked()
    {
        IdOf(image with { Dockerfile = Path.Combine(workspace.Path, "none") }).ShouldBe(nameof(Messages.DockerfileNotFound));
        IdOf(image with { Context = Path.Combine(workspace.Path, "none") }).ShouldBe(nameof(Messages.BuildContextNotFound));
        IdOf(image with { Context = Path.GetTempPath() }).ShouldBe(nameof(Messages.BuildContextOutsideWorkspace));
        IdOf(image with { Repository = "Web-UI" }).ShouldBe(nameof(Messages.ImageReferenceInvalid));
        IdOf(image with { BuildArgs = new Dictionary<string, string> { ["A B"] = "1" } }).ShouldBe(nameof(Messages.BuildArgInvalid));
        IdOf(image with { Builder = ImageBuilder.CodeBuild }).ShouldBe(nameof(Messages.ImageBuiltElsewhere));
        IdOf(image, tag: "no tag").ShouldBe(nameof(Messages.ImageTagInvalid));
    }

    [Fact]
    public void A_link_does_not_lead_a_context_out_of_the_workspace()
    {
        using var outside = new TemporaryFolder();
        var link = Directory.CreateSymbolicLink(Path.Combine(workspace.Path, "link"), outside.Path);

        IdOf(image with { Context = link.FullName }).ShouldBe(nameof(Messages.BuildContextOutsideWorkspace));
    }

    private ImageBuilds Builds => builds ??= new ImageBuilds(engine, registry, dockers.Environment, clock, throttleLimit: 2);

    private Task<ImageBuildPlan> PlanAsync(ReleaseImage of, string? fingerprint = "f00d", ImageBuildOptions? options = null) =>
        Builds.PlanAsync(of, "v1", fingerprint, options ?? new ImageBuildOptions(), default);

    private Task<ImageBuildResult> BuildAsync(ImageBuildPlan plan, ImageBuildOptions? options = null, CancellationToken stop = default) =>
        Builds.BuildAsync(plan, new Dictionary<string, AppImage>(), options ?? new ImageBuildOptions(), NullObserver.Instance, stop);

    private static string IdOf(ReleaseImage image, string tag = "v1") => Should.Throw<ReleaseException>(() => ImageBuildChecks.Check(image, tag)).Id;

    private static async Task<int[]> PidsAsync(string file)
    {
        string text;
        while (!(text = File.Exists(file) ? await File.ReadAllTextAsync(file) : "").EndsWith('\n'))
            await Task.Yield();
        return [.. text.Split(' ', StringSplitOptions.TrimEntries).Select(int.Parse)];
    }

    /// <summary>Whether a process has ended; one that nobody has asked about yet is a zombie.</summary>
    private static bool IsGone(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.WaitForExit(TimeSpan.FromSeconds(10)) || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            return true;
        }
    }
}
