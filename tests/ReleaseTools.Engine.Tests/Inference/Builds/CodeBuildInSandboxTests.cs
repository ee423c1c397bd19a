using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Inference.Builds;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Inference.Builds;

public sealed class CodeBuildInSandboxTests : IAsyncLifetime
{
    private readonly FurnishedSandbox sandbox = new();
    private readonly RecordingObserver observer = new();

    public async ValueTask InitializeAsync() => await sandbox.StartAsync();

    public ValueTask DisposeAsync() => sandbox.DisposeAsync();

    [Fact]
    public async Task A_build_puts_the_image_into_ECR_and_the_next_of_the_same_inputs_is_not_started()
    {
        var image = await sandbox.WithBuildProjectAsync();
        var builds = new CodeBuilds(sandbox.Session, sandbox.Registry, observer, sandbox.Time);
        var options = new InferenceBuildOptions { Fingerprint = "abc", Labels = new Dictionary<string, string> { ["made-by"] = "a-test" } };

        (await builds.PlanAsync(image, "build", "t1", options, default)).Status.ShouldBe(InferenceBuildStatus.Planned);
        var build = await builds.WaitAsync(await builds.StartAsync(image, "build", "t1", options, default), TimeSpan.FromMinutes(30), default);

        build.Status.ShouldBe(InferenceBuildStatus.Succeeded, build.Reason);
        (await new ImageConfigs(sandbox.Registry).LabelsAsync(image.Repository, build.Digest.ShouldNotBeNull(), default)).ShouldHaveSingleItem()["made-by"].ShouldBe("a-test");
        observer.Of<BuildPhaseChanged>().Select(told => told.Phase).ShouldContain("POST_BUILD");
        observer.Of<BuildOutput>().ShouldNotBeEmpty();
        var again = await builds.PlanAsync(image, "build", "t2", options, default);
        (again.Status, again.Digest).ShouldBe((InferenceBuildStatus.Reused, build.Digest));
    }

    [Fact]
    public async Task An_image_of_a_workspace_says_when_it_was_made_and_what_it_was_built_on()
    {
        var folder = (await sandbox.WithBuildProjectAsync()).Workspace;
        await sandbox.CallAsync("ecr", "CreateRepository", """{"repositoryName":"base"}""");
        await File.WriteAllTextAsync(Path.Combine(folder, "release.json"), $$"""
            { "project": "p", "images": {
              "base": { "builder": "codebuild", "codeBuildProject": "build", "dockerfile": "Dockerfile", "repository": "{{sandbox.RepositoryOf("base")}}" },
              "web": { "builder": "codebuild", "codeBuildProject": "build", "dockerfile": "Dockerfile", "repository": "{{sandbox.Repository}}", "baseImages": { "BASE": "base" } } } }
            """);
        using var workspace = await ReleaseWorkspace.OpenAsync(folder, sandbox.Options, NullObserver.Instance, sandbox.Time, default);
        var definition = await workspace.ReadDefinitionAsync(default);
        using var builds = await WorkspaceBuilds.CreateAsync(workspace, definition, new ImageBuilderChoice(workspace, asked: null), new WorkspaceBuildOptions { Tag = "v1" }, default);

        var built = new Dictionary<string, AppImage>();
        await foreach (var (image, error) in builds.RunAsync([.. (await builds.PlanAsync(definition.Images, default)).Select(found => found.Plan.ShouldNotBeNull())], default))
            built[image.Name] = error is null ? image : throw error;

        var labels = (await new ImageConfigs(sandbox.Registry).LabelsAsync(sandbox.Repository, built["web"].Digest!, default)).ShouldHaveSingleItem();
        labels.Keys.ShouldContain("org.opencontainers.image.created");
        labels["releasetools.base.base"].ShouldBe(built["base"].Digest);
    }
}
