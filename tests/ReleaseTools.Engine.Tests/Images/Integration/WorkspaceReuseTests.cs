using ReleaseTools.Engine.Aws;
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
        using var registry = await DockerRegistry.OpenAsync();
        folder.Write("web/a", "one");
        folder.Write("base/b", "one");
        folder.Write("Dockerfile.web", "ARG BASE\nFROM $BASE\nCOPY web /\n");
        folder.Write("Dockerfile.base", "FROM scratch\nCOPY base /\n");
        string Images(string age) => $$"""
            { "base": { "dockerfile": "Dockerfile.base", "repository": "{{registry.Host}}/base", "inputs": ["base"]{{age}} },
              "web": { "dockerfile": "Dockerfile.web", "repository": "{{registry.Host}}/web", "inputs": ["web"], "baseImages": { "BASE": "base" } } }
            """;
        Define(Images(""));
        await ReleaseAsync("v1");
        (await PlanAsync("v2")).Select(plan => plan.Action).ShouldBe([ReleaseAction.Reuse, ReleaseAction.Reuse]);

        // This registry does not tell how old an image is, which counts as too old.
        Define(Images(", \"maxReuseDays\": 1"));

        var plans = await PlanAsync("v2");
        plans.Select(plan => plan.Action).ShouldBe([ReleaseAction.Build, ReleaseAction.Build]);
        plans[1].Reason.ShouldContain("base image 'base'");
    }

    private void Define(string images)
    {
        folder.Write("Dockerfile", "FROM scratch\nCOPY web /\n");
        folder.Write("release.json", $$"""{ "project": "p", "images": {{images}} }""");
    }

    private Task<IReadOnlyList<WorkspaceBuildPlan>> PlanAsync(string tag) =>
        UseAsync(tag, async (builds, images) => (IReadOnlyList<WorkspaceBuildPlan>)[.. (await builds.PlanAsync(images, default)).Select(found => found.Plan.ShouldNotBeNull())]);

    private async Task<IReadOnlyList<EcrImage>> ReleaseAsync(string tag)
    {
        var built = await UseAsync(tag, async (builds, images) =>
        {
            var results = new List<AppImage>();
            await foreach (var result in builds.RunAsync([.. (await builds.PlanAsync(images, default)).Select(found => found.Plan.ShouldNotBeNull())], default))
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

    private async Task<T> UseAsync<T>(string tag, Func<WorkspaceBuilds, IReadOnlyList<ReleaseImage>, Task<T>> use)
    {
        using var engine = await TestEngine.ConnectAsync(); // or the test is skipped
        using var workspace = await OpenAsync();
        var definition = await workspace.ReadDefinitionAsync(default);
        using var builds = await WorkspaceBuilds.CreateAsync(workspace, definition, new ImageBuilderChoice(workspace, asked: null), new WorkspaceBuildOptions { Tag = tag, Build = new ImageBuildOptions() }, default);
        return await use(builds, BuildOrder.Sort(definition.Images));
    }

    private Task<ReleaseWorkspace> OpenAsync() =>
        ReleaseWorkspace.OpenAsync(folder.Path, new AwsSessionOptions { Environment = TestEngine.Environment }, recorder, TimeProvider.System, default);
}
