using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;
using ReleaseTools.Engine.Tests.Images;

namespace ReleaseTools.Engine.Tests.Releases;

/// <summary>What is on a base image that was built anew is built anew, whoever builds which of the two. Nothing is built here, so no engine is asked.</summary>
public sealed class NewBaseImagesTests : IAsyncLifetime
{
    public static TheoryData<string, string> Builders { get; } = new()
    {
        { "codebuild", "codebuild" }, { "codebuild", "docker" }, { "docker", "codebuild" }, { "docker", "docker" },
    };

    private readonly FurnishedSandbox sandbox = new();
    private readonly TemporaryFolder folder = new();

    public async ValueTask InitializeAsync()
    {
        await sandbox.StartAsync();
        await sandbox.WithBuildProjectAsync();
        await sandbox.CallAsync("ecr", "CreateRepository", """{"repositoryName":"base"}""");
        folder.Write("base/a", "a");
        folder.Write("web/b", "b");
        folder.Write("Dockerfile.base", "FROM scratch\nCOPY base /\n");
        folder.Write("Dockerfile.web", "ARG BASE\nFROM $BASE\nCOPY web /\n");
    }

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return sandbox.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Builders))]
    public async Task When_the_base_image_has_aged(string baseBuilder, string builder)
    {
        Define(baseBuilder, builder);
        await BuiltAsync("base", "web");
        (await PlanAsync()).Select(plan => plan.Action).ShouldBe([ReleaseAction.Reuse, ReleaseAction.Reuse]);

        Define(baseBuilder, builder, ageOfBase: ", \"maxReuseDays\": 30");
        var plans = await PlanAsync(TimeSpan.FromDays(31));

        plans.Select(plan => plan.Action).ShouldBe([ReleaseAction.Build, ReleaseAction.Build]);
        plans[1].Reason.ShouldContain("base image 'base'");
        plans[1].Predicted.ShouldSatisfyAllConditions(
            image => image.Status.ShouldBe(ImageBuildStatus.Planned), image => image.Digest.ShouldBeNull(), image => image.Fingerprint.ShouldNotBeNull());
    }

    [Theory]
    [MemberData(nameof(Builders))]
    public async Task When_the_base_image_was_built_anew_since(string baseBuilder, string builder)
    {
        Define(baseBuilder, builder);
        await BuiltAsync("base", "web");
        await BuiltAsync("base");

        (await PlanAsync()).Select(plan => plan.Action).ShouldBe([ReleaseAction.Reuse, ReleaseAction.Build]);
    }

    private void Define(string baseBuilder, string builder, string ageOfBase = "") => folder.Write("release.json", $$"""
        { "project": "p", "images": {
          "base": { "builder": "{{baseBuilder}}", "codeBuildProject": "build", "dockerfile": "Dockerfile.base", "repository": "{{sandbox.RepositoryOf("base")}}", "inputs": ["base"]{{ageOfBase}} },
          "web": { "builder": "{{builder}}", "codeBuildProject": "build", "dockerfile": "Dockerfile.web", "repository": "{{sandbox.Repository}}", "inputs": ["web"], "baseImages": { "BASE": "base" } } } }
        """);

    /// <summary>Has the registry hold images as builds of them leave them, each some time after the one before.</summary>
    private async Task BuiltAsync(params string[] names)
    {
        var plans = await PlanAsync();
        foreach (var name in names)
        {
            sandbox.Time.Advance(TimeSpan.FromMinutes(1));
            await sandbox.PushAsync(SourceTag.For(plans.Single(plan => plan.Image.Name == name).Predicted.Fingerprint!), $"{name} of {sandbox.Time.GetUtcNow():O}", repository: name);
        }
    }

    private async Task<IReadOnlyList<WorkspaceBuildPlan>> PlanAsync(TimeSpan later = default)
    {
        using var workspace = await ReleaseWorkspace.OpenAsync(folder.Path, sandbox.Options, NullObserver.Instance, new JumpingTime(sandbox.Time.GetUtcNow() + later), default);
        var definition = await workspace.ReadDefinitionAsync(default);
        using var builds = await WorkspaceBuilds.CreateAsync(
            workspace, definition, new ImageBuilderChoice(workspace, asked: null), new WorkspaceBuildOptions { Tag = "v1", Build = new ImageBuildOptions() }, default);
        return [.. (await builds.PlanAsync(BuildOrder.Sort(definition.Images), default)).Select(found => found.Plan ?? throw found.Error!)];
    }
}
