using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Tests.Doubles;
using ReleaseTools.Engine.Tests.Source;

namespace ReleaseTools.Engine.Tests.Releases;

/// <summary>Images that CodeBuild builds from the workspace's commit.</summary>
public sealed class CommitBuildsTests : IAsyncLifetime
{
    private readonly FurnishedSandbox sandbox = new();
    private readonly GitFixture fixture = new();

    public async ValueTask InitializeAsync()
    {
        await sandbox.StartAsync();
        await sandbox.CallAsync("CodeBuild_20161006", "CreateProject", """
            {"name":"build","source":{"type":"GITHUB","location":"https://git.example/app.git"},"artifacts":{"type":"NO_ARTIFACTS"},"serviceRole":"arn:aws:iam::000000000000:role/build",
             "environment":{"type":"LINUX_CONTAINER","image":"aws/codebuild/standard:7.0","computeType":"BUILD_GENERAL1_SMALL"}}
            """);
        await fixture.CommittedAsync();
        fixture.Write("release.json", $$"""
            { "project": "p", "images": { "web": {
              "builder": "codebuild", "codeBuildProject": "build", "dockerfile": "web/Dockerfile", "repository": "{{sandbox.Repository}}", "inputs": ["web/src", "shared"] } } }
            """);
        await fixture.CommitAsync();
    }

    public ValueTask DisposeAsync()
    {
        fixture.Dispose();
        return sandbox.DisposeAsync();
    }

    [Fact]
    public async Task Of_a_file_that_git_ignores_no_build_of_the_commit_has_the_fingerprint()
    {
        var clean = (await PlanAsync()).Predicted.Fingerprint.ShouldNotBeNull();
        fixture.Write("web/src/dist/app", "1");
        var docker = (await fixture.FingerprintAsync(fixture.Image)).ShouldNotBeNull();
        await sandbox.PushAsync(SourceTag.For(docker), "with it");

        var plan = await PlanAsync();

        (plan.Action, plan.Predicted.Fingerprint).ShouldBe((ReleaseAction.Build, null));
        plan.Reason.ShouldContain("web/src/dist/app is not in it");
        docker.ShouldNotBe(clean);
    }

    private async Task<WorkspaceBuildPlan> PlanAsync()
    {
        var options = sandbox.Options with { Environment = new Dictionary<string, string>(sandbox.Options.Environment, StringComparer.Ordinal) { ["PATH"] = ProcessEnvironment.Variables["PATH"] } };
        using var workspace = await ReleaseWorkspace.OpenAsync(fixture.Workspace, options, NullObserver.Instance, new JumpingTime(sandbox.Time.GetUtcNow()), default);
        var definition = await workspace.ReadDefinitionAsync(default);
        using var builds = await WorkspaceBuilds.CreateAsync(
            workspace, definition, new ImageBuilderChoice(workspace, asked: null), new WorkspaceBuildOptions { Tag = "v1", Build = new ImageBuildOptions() }, default);
        var found = (await builds.PlanAsync(definition.Images, default)).ShouldHaveSingleItem();
        return found.Plan ?? throw found.Error!;
    }
}
