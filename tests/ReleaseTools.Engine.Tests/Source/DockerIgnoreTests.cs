using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

public sealed class DockerIgnoreTests
{
    [Theory]
    [InlineData("node_modules", "node_modules/a/b", true)]
    [InlineData("node_modules", "web/node_modules/a", false)]
    [InlineData("**/node_modules", "web/node_modules/a", true)]
    [InlineData("**/node_modules", "node_modules/a", true)]
    [InlineData("*.md", "a.md", true)]
    [InlineData("*.md", "web/a.md", false)]
    [InlineData("/dist/", "dist/x", true)]
    [InlineData("*\n!web", "web/a", false)]
    [InlineData("*\n!web", "other/a", true)]
    [InlineData("!web\n*", "web/a", true)]
    [InlineData("# *", "a", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("[ab].txt", "b.txt", true)]
    [InlineData("../x", "x", true)]
    [InlineData("a.b", "aXb", false)]
    [InlineData("web/**/test", "web/a/b/test/c", true)]
    public void A_path_is_left_out_as_docker_leaves_it_out(string text, string path, bool excluded) =>
        DockerIgnore.Parse(text).Excludes(path).ShouldBe(excluded);
}
