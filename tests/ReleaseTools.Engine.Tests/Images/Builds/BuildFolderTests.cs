using ReleaseTools.Engine.Images.Builds;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class BuildFolderTests : IDisposable
{
    private readonly TemporaryFolder workspace = new();
    private readonly ReleaseImage image;

    public BuildFolderTests()
    {
        workspace.Write("Dockerfile", "FROM scratch\n");
        image = BuildTesting.Image(workspace.Path);
    }

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void It_is_the_same_from_build_to_build_and_another_for_each_image()
    {
        var first = BuildFolder.Prepare(image);

        BuildFolder.Prepare(image).ShouldBe(first);
        BuildFolder.Prepare(image with { Name = "worker" }).Context.ShouldNotBe(first.Context);
    }

    [Fact]
    public void Its_context_leads_to_the_images_own_and_follows_it()
    {
        var folder = BuildFolder.Prepare(image);
        File.Exists(Path.Combine(folder.Context, "Dockerfile")).ShouldBeTrue();

        workspace.Write("sub/only-here", "x");
        File.Exists(Path.Combine(BuildFolder.Prepare(image with { Context = Path.Combine(workspace.Path, "sub") }).Context, "only-here")).ShouldBeTrue();
    }

    [Fact]
    public void Its_Dockerfile_is_the_images_as_it_is_now()
    {
        BuildFolder.Prepare(image);
        workspace.Write("Dockerfile", "FROM scratch\nCOPY a /a\n");

        File.ReadAllText(BuildFolder.Prepare(image).Dockerfile).ShouldBe("FROM scratch\nCOPY a /a\n");
    }

    [Fact]
    public void What_has_not_changed_is_not_written_again()
    {
        var dockerfile = BuildFolder.Prepare(image).Dockerfile;
        var long_ago = new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(dockerfile, long_ago);

        BuildFolder.Prepare(image);

        File.GetLastWriteTimeUtc(dockerfile).ShouldBe(long_ago);
        Directory.GetFiles(Path.GetDirectoryName(dockerfile)!).Length.ShouldBe(2);
    }
}
