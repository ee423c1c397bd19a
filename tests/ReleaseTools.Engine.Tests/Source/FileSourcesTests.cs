using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

public sealed class FileSourcesTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public async Task Files_are_read_folder_by_folder_each_once_but_for_repositories_own()
    {
        directory.Write("a/b/file", "1");
        directory.Write("a/.git/config", "x");
        directory.Write("c", "1");

        (await NamesAsync("a", "a/b", "c", "nothing")).ShouldBe(["a/b/file", "c"]);
        (await NamesAsync(".")).ShouldBe(["a/b/file", "c"]);
    }

    [Fact]
    public async Task What_is_left_out_is_not_looked_into()
    {
        directory.Write("a/node_modules/deep/file", "1");
        directory.Write("a/file", "1");
        var asked = new List<string>();

        var files = await FileSources.ReadAsync(directory.Root, ["a"], IsLeftOut, BlobId.Sha1, default);

        files.Select(file => file.Name).ShouldBe(["a/file"]);
        asked.Order(StringComparer.Ordinal).ShouldBe(["a", "a/file", "a/node_modules"]);

        bool IsLeftOut(string name, bool isFolder)
        {
            asked.Add(name);
            return isFolder && name.EndsWith("node_modules", StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_link_to_a_folder_is_a_link_and_so_is_one_to_nothing()
    {
        directory.Write("a/file", "1");
        Directory.CreateSymbolicLink(directory.PathOf("folder"), "a");
        File.CreateSymbolicLink(directory.PathOf("nothing"), "nowhere");

        var files = await FileSources.ReadAsync(directory.Root, ["folder", "nothing"], (_, _) => false, BlobId.Sha1, default);

        files.ShouldBe([new("folder", SourceFile.Link, BlobId.Sha1.Of("a")), new("nothing", SourceFile.Link, BlobId.Sha1.Of("nowhere"))]);
    }

    private async Task<IEnumerable<string>> NamesAsync(params string[] names) =>
        (await FileSources.ReadAsync(directory.Root, names, (_, _) => false, BlobId.Sha1, default)).Select(file => file.Name).Order(StringComparer.Ordinal);
}
