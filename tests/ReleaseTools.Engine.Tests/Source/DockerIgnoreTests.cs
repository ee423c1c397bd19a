using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

public sealed class DockerIgnoreTests
{
    [Theory]
    [InlineData("node_modules", "node_modules/a/b", true)]
    [InlineData("node_modules", "web/node_modules/a", false)]
    [InlineData("**/node_modules", "web/node_modules/a", true)]
    [InlineData("**/node_modules", "node_modules/a", true)]
    [InlineData("**/node_modules", "web/my_node_modules/a", false)]
    [InlineData("*.md", "a.md", true)]
    [InlineData("*.md", "web/a.md", false)]
    [InlineData("*.md", "a.md/b", true)]
    [InlineData("/dist/", "dist/x", true)]
    [InlineData("./dist/./x", "dist/x", true)]
    [InlineData("*\n!web", "web/a", false)]
    [InlineData("*\n!web", "other/a", true)]
    [InlineData("!web\n*", "web/a", true)]
    [InlineData("web\n!web/keep\nweb/keep/not", "web/keep/not", true)]
    [InlineData("web\n!web/keep\nweb/keep/not", "web/keep/yes", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("a?c", "a🚀c", true)]
    [InlineData("a.b", "aXb", false)]
    [InlineData("a(b)+{c}|$", "a(b)+{c}|$", true)]
    [InlineData("web/**/test", "web/a/b/test/c", true)]
    [InlineData("web/**/test", "web/test", true)]
    [InlineData("web/**", "web/a/b", true)]
    [InlineData("web/**", "web", false)]
    [InlineData("we**", "web/a", true)]
    [InlineData("w*b/**", "web/a/b", true)]
    [InlineData("**", "anything/at/all", true)]
    [InlineData("**/*.tmp", "a.tmp", true)]
    [InlineData("**/*.tmp", "a/b/c.tmp", true)]
    [InlineData("**/*.tmp", "a/b.tmpx", false)]
    [InlineData("**foo", "barfoo", true)]
    [InlineData("**fo?", "barfoo", false)]
    [InlineData("**fo?", "bar/foo", true)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("Web", "web", false)]
    public void A_path_is_left_out_as_docker_leaves_it_out(string text, string path, bool excluded) =>
        DockerIgnore.Parse(text).Excludes(path).ShouldBe(excluded);

    [Theory]
    [InlineData("[ab].txt", "b.txt", true)]
    [InlineData("[^ab].txt", "b.txt", false)]
    [InlineData("[^ab].txt", "c.txt", true)]
    [InlineData("[a-cx].txt", "b.txt", true)]
    [InlineData("[a-cx].txt", "d.txt", false)]
    [InlineData("[a\\-c].txt", "b.txt", false)]
    [InlineData("[a\\-c].txt", "-.txt", true)]
    [InlineData("a]b", "a]b", true)]
    public void Classes_of_characters_are_read_as_docker_reads_them(string text, string path, bool excluded) =>
        DockerIgnore.Parse(text).Excludes(path).ShouldBe(excluded);

    [Theory]
    [InlineData("# *", "a", false)]
    [InlineData(" # a", "# a", true)]
    [InlineData("\uFEFF# *\na", "a", true)]
    [InlineData("\uFEFFa", "a", true)]
    [InlineData("a\r\nb\r\n", "b", true)]
    [InlineData("  a  ", "a", true)]
    [InlineData("a b", "a b", true)]
    [InlineData("*\n! web", "web", false)]
    [InlineData("*\n./!web", "web", false)]
    [InlineData("*\n!!web", "!web", false)]
    [InlineData("*\n!!web", "web", true)]
    [InlineData("/", "a", false)]
    [InlineData(".", "a", false)]
    [InlineData("../x", "x", false)]
    [InlineData("/../x", "x", true)]
    [InlineData("a/../b", "b", true)]
    [InlineData("", "a", false)]
    public void Lines_are_read_as_docker_reads_them(string text, string path, bool excluded) => DockerIgnore.Parse(text).Excludes(path).ShouldBe(excluded);

    [Theory]
    [InlineData("a\\*", "a*", true)]
    [InlineData("a\\*", "ab", false)]
    [InlineData("\\!a", "!a", true)]
    public void A_backslash_takes_the_meaning_away(string text, string path, bool excluded)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There it is a slash.");
        DockerIgnore.Parse(text).Excludes(path).ShouldBe(excluded);
    }

    [Fact]
    public void What_a_pattern_was_not_tried_on_in_a_folder_it_is_not_remembered_for_within() =>
        DockerIgnore.Parse("a\n!a/b\na").Excludes("a/b").ShouldBeFalse();

    [Theory]
    [InlineData("[[:alpha:]]", "a")]
    [InlineData("a\\d", "a1")]
    [InlineData("[a", "[a")]
    [InlineData("x^*", "x^1")]
    [InlineData("*\n![[:alpha:]]", "a")]
    public void A_pattern_that_is_not_understood_leaves_nothing_out(string text, string path) => DockerIgnore.Parse(text).Excludes(path).ShouldBeFalse();

    [Fact]
    public void The_context_itself_is_never_left_out() => DockerIgnore.Parse("**").Excludes(".").ShouldBeFalse();

    [Fact]
    public void A_folder_is_left_out_as_a_whole_unless_something_may_be_taken_back()
    {
        DockerIgnore.Parse("**/node_modules").ExcludesWhole("web/node_modules").ShouldBeTrue();
        DockerIgnore.Parse("**/node_modules").ExcludesWhole("web").ShouldBeFalse();
        DockerIgnore.Parse("**/node_modules\n!web/node_modules/mine").ExcludesWhole("web/node_modules").ShouldBeFalse();
    }
}
