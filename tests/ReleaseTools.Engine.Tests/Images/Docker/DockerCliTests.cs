using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Images.Docker;

public sealed class DockerCliTests : IDisposable
{
    private const string WithoutBuildKit = "Docker version 28.2.2, build e6534b4";
    private const string WithItsOwnBuildKit = "Docker version 20.10.24+dfsg1, build 297e128";
    private readonly FakeDockers dockers = new();
    private readonly Recorder recorder = new();

    public DockerCliTests() => Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-ins for docker are shell scripts.");

    public void Dispose() => dockers.Dispose();

    [Fact]
    public async Task The_first_that_can_do_BuildKit_is_taken_not_the_first()
    {
        dockers.Add(WithoutBuildKit);
        var second = dockers.Add(WithItsOwnBuildKit);
        dockers.Add(WithoutBuildKit, buildx: "v0.12.1");

        var found = await DockerCli.FindAsync(dockers.Environment, recorder, default);

        (found.Path, found.Builder, found.Version).ShouldBe((second, DockerBuilder.BuiltInBuildKit, new Version(20, 10, 24)));
        recorder.Of<Warned>().ShouldBeEmpty();
    }

    [Fact]
    public async Task The_buildx_plugin_makes_any_version_do_BuildKit()
    {
        dockers.Add(WithoutBuildKit, buildx: "v0.12.1");

        var found = await DockerCli.FindAsync(dockers.Environment, recorder, default);

        (found.Builder, found.BuildxVersion).ShouldBe((DockerBuilder.Buildx, new Version(0, 12, 1)));
    }

    [Fact]
    public async Task Only_the_classic_builder_left_is_a_warning_that_says_what_it_lacks()
    {
        dockers.Add(WithoutBuildKit);

        (await DockerCli.FindAsync(dockers.Environment, recorder, default)).Builder.ShouldBe(DockerBuilder.Classic);
        recorder.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("lacks the buildx plugin");
    }

    [Fact]
    public async Task A_program_that_only_bears_the_name_is_passed_over()
    {
        dockers.Add("podman version 4.3.1");

        (await Should.ThrowAsync<ReleaseException>(() => DockerCli.FindAsync(dockers.Environment, recorder, default))).Id.ShouldBe(nameof(Messages.DockerNotFound));
    }

    [Fact]
    public async Task No_docker_on_PATH_is_an_error_that_names_the_way_without_one() =>
        (await Should.ThrowAsync<ReleaseException>(() => DockerCli.FindAsync(new Dictionary<string, string>(), recorder, default)))
            .RecommendedAction.ShouldContain("codebuild");
}
