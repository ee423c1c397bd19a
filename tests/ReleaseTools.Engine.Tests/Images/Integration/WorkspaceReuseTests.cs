using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Pushes;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>What of a workspace is built and what is reused, over a real engine and a registry of the test's own.</summary>
public sealed class WorkspaceReuseTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Recorder recorder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_image_whose_inputs_changed_while_it_was_built_stands_for_neither()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is one of a POSIX shell.");
        using var registry = await DockerRegistry.OpenAsync();
        folder.Write("web/a", "one");
        Define($$"""{ "web": { "dockerfile": "Dockerfile", "repository": "{{registry.NewRepository}}", "inputs": ["web"], "before": [{ "command": ["sh", "-c", "echo two > web/a"] }] } }""");

        var first = (await ReleaseAsync("v1")).ShouldHaveSingleItem();

        (first.Status, first.Tags).ShouldSatisfyAllConditions(seen => seen.Status.ShouldBe(ImagePushStatus.Pushed), seen => seen.Tags.ShouldBe(["v1"]));
        recorder.Of<Warned>().ShouldContain(warned => warned.Message.Contains("changed while it was built", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_command_is_run_among_counts_though_it_is_no_input()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is one of a POSIX shell.");
        using var registry = await DockerRegistry.OpenAsync();
        folder.Write("web/a", "one");
        folder.Write("shared/src", "one");
        Define($$"""
            { "web": { "dockerfile": "Dockerfile", "repository": "{{registry.NewRepository}}", "inputs": ["web"],
              "before": [{ "command": ["sh", "-c", "mkdir -p dist && cp src dist/"], "directory": "shared", "outputs": ["shared/dist"] }] } }
            """);

        (await ReleaseAsync("v1")).Single().Status.ShouldBe(ImagePushStatus.Pushed);
        (await ReleaseAsync("v2")).Single().Status.ShouldBe(ImagePushStatus.Retagged);

        folder.Write("shared/src", "two");
        (await PlanAsync("v3")).Single().Action.ShouldBe(ReleaseAction.Build);
    }

    [Fact]
    public async Task What_begins_with_an_image_that_is_built_anew_is_built_anew()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is one of a POSIX shell.");
        using var registry = await DockerRegistry.OpenAsync();
        DefineWithBase(registry, "ARG BASE\nFROM $BASE\nCOPY web /\n");
        await ReleaseAsync("v1");
        (await PlanAsync("v2")).Select(plan => plan.Action).ShouldBe([ReleaseAction.Reuse, ReleaseAction.Reuse]);

        DefineWithBase(registry, "ARG BASE\nFROM $BASE\nCOPY web /\n", ofBase: AlwaysTooOld);

        var plans = await PlanAsync("v2");
        plans.Select(plan => plan.Action).ShouldBe([ReleaseAction.Build, ReleaseAction.Build]);
        plans[1].Reason.ShouldContain("base image 'base'");
    }

    [Theory]
    [InlineData("ARG BASE\nFROM $BASE\nCOPY web /\n")]
    [InlineData("ARG BASE\nFROM $BASE AS tools\nFROM scratch\nCOPY --from=tools /base /\nCOPY web /\n")] // no layer of it tells of its base
    public async Task What_begins_with_an_image_that_was_built_since_is_built_anew_where_no_age_is_told(string dockerfile)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is one of a POSIX shell.");
        using var registry = await DockerRegistry.OpenAsync();
        DefineWithBase(registry, dockerfile);
        await ReleaseAsync("v1");
        (await PlanAsync("v2")).Select(plan => plan.Action).ShouldBe([ReleaseAction.Reuse, ReleaseAction.Reuse]);

        await ReleaseAsync("v2", new ImageBuildOptions { NoReuse = true }, "base");

        var plans = await PlanAsync("v3");
        plans.Select(plan => plan.Action).ShouldBe([ReleaseAction.Reuse, ReleaseAction.Build]);
        plans[1].Reason.ShouldContain("base image 'base'");
        await ReleaseAsync("v3");
        (await PlanAsync("v4")).Select(plan => plan.Action).ShouldBe([ReleaseAction.Reuse, ReleaseAction.Reuse]);
    }

    [Fact]
    public async Task A_secret_is_masked_in_the_command_of_what_is_built_anew_for_its_base()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is one of a POSIX shell.");
        using var registry = await DockerRegistry.OpenAsync();
        const string before = """, "secrets": { "token": { "file": "token" } }, "before": [{ "command": ["sh", "-c", "cat token; test ! -f fails"] }]""";
        folder.Write("token", "s3cr3t-v4lue");
        DefineWithBase(registry, "ARG BASE\nFROM $BASE\nCOPY web /\n", ofWeb: before);
        await ReleaseAsync("v1");

        DefineWithBase(registry, "ARG BASE\nFROM $BASE\nCOPY web /\n", ofBase: AlwaysTooOld, ofWeb: before);
        folder.Write("fails", "");
        var error = await Should.ThrowAsync<ReleaseException>(() => ReleaseAsync("v2"));

        error.Id.ShouldBe(nameof(Messages.BuildCommandFailed));
        error.Message.ShouldNotContain("s3cr3t-v4lue");
        recorder.Of<BuildOutput>().ShouldNotContain(said => said.Line.Contains("s3cr3t-v4lue", StringComparison.Ordinal));
        Directory.GetFiles(Path.Combine(folder.Path, ".releasetools", "logs")).ShouldAllBe(log => !File.ReadAllText(log).Contains("s3cr3t-v4lue", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_command_is_not_heard_to_say_the_secret_of_an_image_that_nobody_asked_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The command is one of a POSIX shell.");
        using var registry = await DockerRegistry.OpenAsync();
        folder.Write("web/a", "one");
        folder.Write("token", "s3cr3t-v4lue");
        Define($$"""
            { "web": { "dockerfile": "Dockerfile", "repository": "{{registry.NewRepository}}", "inputs": ["web"], "before": [{ "command": ["cat", "token"] }] },
              "other": { "dockerfile": "Dockerfile", "repository": "{{registry.NewRepository}}", "inputs": ["web"], "secrets": { "token": { "file": "token" } } } }
            """);

        await ReleaseAsync("v1", only: "web");

        recorder.Of<BuildOutput>().ShouldContain(said => said.Line == InfraVariable.Mask);
    }

    // This registry does not tell how old an image is, which counts as too old.
    private const string AlwaysTooOld = ", \"maxReuseDays\": 1";

    /// <summary>A base image that each build makes another of the same inputs, and one that begins with it.</summary>
    private void DefineWithBase(DockerRegistry registry, string dockerfile, string ofBase = "", string ofWeb = "")
    {
        folder.Write("web/a", "one");
        folder.Write("base/base", "one");
        folder.Write("Dockerfile.web", dockerfile);
        folder.Write("Dockerfile.base", "FROM scratch\nCOPY base /\n");
        Define($$"""
            { "base": { "dockerfile": "Dockerfile.base", "repository": "{{registry.Host}}/base", "inputs": ["base"],
                "before": [{ "command": ["sh", "-c", "echo built >> base/builds"], "outputs": ["base/builds"] }]{{ofBase}} },
              "web": { "dockerfile": "Dockerfile.web", "repository": "{{registry.Host}}/web", "inputs": ["web"], "baseImages": { "BASE": "base" }{{ofWeb}} } }
            """);
    }

    private void Define(string images)
    {
        folder.Write("Dockerfile", "FROM scratch\nCOPY web /\n");
        folder.Write("release.json", $$"""{ "project": "p", "images": {{images}} }""");
    }

    private Task<IReadOnlyList<WorkspaceBuildPlan>> PlanAsync(string tag) =>
        UseAsync(tag, how: null, async (builds, images) => (IReadOnlyList<WorkspaceBuildPlan>)[.. (await builds.PlanAsync(images, default)).Select(found => found.Plan.ShouldNotBeNull())]);

    private async Task<IReadOnlyList<EcrImage>> ReleaseAsync(string tag, ImageBuildOptions? how = null, string? only = null)
    {
        var built = await UseAsync(tag, how, async (builds, images) =>
        {
            var results = new List<AppImage>();
            await foreach (var result in builds.RunAsync([.. (await builds.PlanAsync([.. images.Where(image => only is null || image.Name == only)], default)).Select(found => found.Plan.ShouldNotBeNull())], default))
                results.Add(result.Error is null ? result.Image : throw result.Error);
            return results;
        });
        using var workspace = await OpenAsync();
        var registries = await workspace.RegistryAsync(definitionRegion: null, default);
        var pushed = new List<EcrImage>();
        foreach (var image in built)
        {
            var (record, error) = await new ImagePushes(workspace.Engine, registries, TimeProvider.System).PushAsync(image, new ImagePushOptions(), recorder, default);
            pushed.Add(error is null ? record : throw error);
        }

        return pushed;
    }

    private async Task<T> UseAsync<T>(string tag, ImageBuildOptions? how, Func<WorkspaceBuilds, IReadOnlyList<ReleaseImage>, Task<T>> use)
    {
        using var engine = await TestEngine.ConnectAsync(); // or the test is skipped
        using var workspace = await OpenAsync();
        var definition = await workspace.ReadDefinitionAsync(default);
        using var builds = await WorkspaceBuilds.CreateAsync(workspace, definition, new ImageBuilderChoice(workspace, asked: null), new WorkspaceBuildOptions { Tag = tag, Build = how ?? new ImageBuildOptions() }, default);
        return await use(builds, BuildOrder.Sort(definition.Images));
    }

    private Task<ReleaseWorkspace> OpenAsync() =>
        ReleaseWorkspace.OpenAsync(folder.Path, new AwsSessionOptions { Environment = TestEngine.Environment }, recorder, TimeProvider.System, default);
}
