using ReleaseTools.Engine.Images.Registries;
using ReleaseTools.Engine.Inference.Builds;
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
}
