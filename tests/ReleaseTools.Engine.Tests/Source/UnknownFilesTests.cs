using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

public sealed class UnknownFilesTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void A_file_beside_known_ones_is_found_and_a_folder_without_known_ones_as_a_whole()
    {
        directory.Write("a/known", "1");
        directory.Write("a/new", "1");
        directory.Write("a/node_modules/deep/file", "1");
        directory.Write("a/b/known", "1");

        Find(["a"], "a/known", "a/b/known").ShouldBe(["a/new", "a/node_modules"]);
        Find(["."], "a/known", "a/b/known").ShouldBe(["a/new", "a/node_modules"]);
    }

    [Fact]
    public void A_path_that_is_not_known_is_found_as_it_is_and_one_that_is_not_there_is_not()
    {
        directory.Write("dist/file", "1");
        directory.Write("file", "1");

        Find(["dist", "dist/file", "file", "nothing"]).ShouldBe(["dist", "dist/file", "file"]);
    }

    [Fact]
    public void What_took_the_place_of_a_known_file_or_folder_is_found()
    {
        directory.Write("a/file/inner", "1");
        directory.Write("a/folder", "1");

        Find(["a"], "a/file", "a/folder/inner").ShouldBe(["a/file", "a/folder"]);
    }

    [Fact]
    public void A_link_is_found_by_its_own_name_and_not_followed()
    {
        directory.Write("a/known", "1");
        Directory.CreateSymbolicLink(directory.PathOf("a/link"), ".");
        File.CreateSymbolicLink(directory.PathOf("a/nothing"), "nowhere");

        Find(["a", "a/nothing"], "a/known").Distinct(StringComparer.Ordinal).ShouldBe(["a/link", "a/nothing"]);
    }

    [Fact]
    public void Neither_a_repositorys_own_files_nor_a_submodule_is_found()
    {
        directory.Write(".git/config", "1");
        directory.Write("library/file", "1");

        UnknownFiles.Find(directory.Root, ["."], [new("library", IsSure: true, SourceFile.Repository, "1")]).ShouldBeEmpty();
    }

    [Fact]
    public void A_path_beside_the_folder_is_known_by_its_way_up()
    {
        directory.Write("shared/known", "1");
        directory.Write("shared/new", "1");
        directory.Write("apps/file", "1");

        UnknownFiles.Find(directory.PathOf("apps"), ["../shared"], [new("../shared/known", IsSure: true, SourceFile.Regular, "1")]).ShouldBe(["../shared/new"]);
    }

    [Fact]
    public void Where_disks_do_not_mind_a_name_may_be_spelled_otherwise_than_in_the_index()
    {
        directory.Write("src/util.ts", "1");

        Folding(["src"], "Src/Util.ts").ShouldBeEmpty();
    }

    [Fact]
    public void And_a_letter_may_be_taken_apart()
    {
        Assert.SkipUnless("e\u0301".Normalize() is "\u00e9", "This process knows no cultures.");
        directory.Write("src/e\u0301", "1");

        Folding(["src"], "src/\u00e9").ShouldBeEmpty();
    }

    [Fact]
    public void But_not_where_the_disk_tells_the_spellings_apart()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "It needs a disk that does.");
        directory.Write("src/util.ts", "1");
        directory.Write("src/Util.ts", "1");
        directory.Write("Src/file", "1");

        Folding(["."], "src/Util.ts").ShouldBe(["Src", "src/util.ts"]);
    }

    [Fact]
    public void A_folder_that_cannot_be_read_is_found_for_whoever_needs_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "The superuser reads everything, and Windows has no modes.");
        directory.Write("data/.keep", "1");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(directory.PathOf("data"), UnixFileMode.None);

        var found = Find(["."], "data/.keep").ToList();

        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(directory.PathOf("data"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        found.ShouldBe(["data"]);
    }

    private IEnumerable<string> Folding(string[] names, params string[] known) =>
        UnknownFiles.Find(directory.Root, names, [.. known.Select(name => new GitIndexEntry(name, IsSure: true, SourceFile.Regular, "1"))], foldsNames: true).Order(StringComparer.Ordinal);

    private IEnumerable<string> Find(string[] names, params string[] known) =>
        UnknownFiles.Find(directory.Root, names, [.. known.Select(name => new GitIndexEntry(name, IsSure: true, SourceFile.Regular, "1"))]).Order(StringComparer.Ordinal);
}
