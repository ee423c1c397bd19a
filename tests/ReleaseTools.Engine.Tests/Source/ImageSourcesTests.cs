using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

public sealed class ImageSourcesTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    private ReleaseImage Image => new()
    {
        Name = "web", Repository = "host/web", Workspace = directory.Root, Context = directory.PathOf("app"), Dockerfile = directory.PathOf("app/Dockerfile"),
        Inputs = [directory.PathOf("app/web"), directory.PathOf("lib")],
    };

    public void Dispose() => directory.Dispose();

    [Theory]
    [InlineData("app/web/file", "Build")]
    [InlineData("app/web/notes.md", "None")]
    [InlineData("app/Dockerfile", "Build")]
    [InlineData("lib/notes.md", "Build")]
    [InlineData(".releasetools/logs/web.log", "None")]
    [InlineData("lib/.releasetools/file", "Build")]
    public void A_file_is_for_docker_unless_the_context_leaves_it_out(string name, string use)
    {
        directory.Write("app/.dockerignore", "**/*.md\nDockerfile\n");
        new ImageSources(Image).UseOf(name, isSource: true).ToString().ShouldBe(use);
    }

    [Theory]
    [InlineData(true, "Commands")]
    [InlineData(false, "None")]
    public void What_the_context_leaves_out_is_for_commands_that_are_run_first_if_somebody_wrote_it(bool isSource, string use)
    {
        directory.Write("app/.dockerignore", "web\n");
        var withCommand = Image with { Before = [new() { Command = ["make"], Directory = directory.Root }] };

        new ImageSources(withCommand).UseOf("app/web/file", isSource).ToString().ShouldBe(use);
        new ImageSources(Image).UseOf("app/web/file", isSource).ShouldBe(SourceUse.None);
    }

    [Fact]
    public void What_builds_an_image_without_a_dockerfile_may_read_all_that_somebody_wrote()
    {
        directory.Write("app/.dockerignore", "web\n");
        var sources = new ImageSources(Image with { Dockerfile = null });

        sources.UseOf("app/web/file", isSource: true).ShouldBe(SourceUse.Commands);
        sources.IsLeftOutWhole("app/web", isSource: true).ShouldBeFalse();
        sources.IsLeftOutWhole("app/web", isSource: false).ShouldBeTrue();
    }

    [Fact]
    public void Inputs_and_dockerfile_are_named_from_the_workspace_and_a_folder_of_it_is_found_in_them()
    {
        var sources = new ImageSources(Image);

        sources.Names.ShouldBe(["app/Dockerfile", "app/web", "lib"]);
        sources.Has("app/web/deep/file").ShouldBeTrue();
        sources.Has("app/web2").ShouldBeFalse();
    }

    [Fact]
    public void A_listing_for_one_image_does_for_another_whose_paths_lie_within()
    {
        var (all, lib) = (new ImageSources(Image with { Inputs = [directory.Root] }), new ImageSources(Image with { Inputs = [directory.PathOf("lib/deep")] }));

        all.IsSeenWith(lib).ShouldBeTrue();
        lib.IsSeenWith(all).ShouldBeFalse();
    }
}
