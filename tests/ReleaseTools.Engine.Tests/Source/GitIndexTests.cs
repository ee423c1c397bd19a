using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

public sealed class GitIndexTests : IDisposable
{
    private readonly GitFixture fixture = new();
    private readonly RecordingGit git = new();

    public void Dispose()
    {
        fixture.Dispose();
        git.Dispose();
    }

    [Fact]
    public async Task An_index_that_is_the_same_is_listed_once()
    {
        var before = await FirstAsync();

        (await FingerprintAsync()).ShouldBe(before);

        git.Runs().ShouldBe(["rev-parse", "status"]);
    }

    [Fact]
    public async Task What_changed_on_disk_since_is_seen()
    {
        var before = await FirstAsync();
        fixture.Write("web/src/main", "changed");
        fixture.Write("web/src/new", "1");

        var changed = await FingerprintAsync();

        git.Runs().ShouldNotContain("ls-files");
        changed.ShouldNotBe(before);
        changed.ShouldBe(await GitFixture.FingerprintAsync(fixture.Image, git: null));
    }

    [Theory]
    [InlineData("add", "-A")]
    [InlineData("update-index", "--assume-unchanged", "apps/web/src/main")]
    [InlineData("update-index", "--skip-worktree", "apps/web/src/main")]
    [InlineData("rm", "-q", "--cached", "apps/web/src/main")]
    public async Task Another_index_is_listed_anew(params string[] change)
    {
        await FirstAsync();
        fixture.Write("web/src/main", "changed");

        await fixture.GitAsync(change);

        (await FingerprintAsync()).ShouldBe(await GitFixture.FingerprintAsync(fixture.Image, git: null));
        git.Runs().ShouldContain("ls-files");
    }

    [Fact]
    public async Task Other_paths_are_listed_for_themselves()
    {
        await FirstAsync();
        var other = fixture.Image with { Inputs = [fixture.PathOf("other")] };

        (await FingerprintAsync(other)).ShouldBe(await GitFixture.FingerprintAsync(other, git: null));

        git.Runs().ShouldContain("ls-files");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(60)]
    public async Task An_answer_that_is_cut_off_or_altered_counts_for_nothing(int length)
    {
        var before = await FirstAsync();
        var kept = KeptFile();
        var content = await File.ReadAllBytesAsync(kept);
        content[^5] ^= 1;
        await File.WriteAllBytesAsync(kept, length == 0 ? content : content[..length]);

        (await FingerprintAsync()).ShouldBe(before);

        git.Runs().ShouldContain("ls-files");
    }

    [Fact]
    public async Task Of_an_index_without_its_hash_nothing_is_kept()
    {
        await fixture.CommittedAsync();
        var index = Path.Combine(fixture.Repository.Root, ".git", "index");
        var content = await File.ReadAllBytesAsync(index);
        content.AsSpan(^20..).Clear(); // as index.skipHash has it, and every git reads it
        await File.WriteAllBytesAsync(index, content);
        await FingerprintAsync();
        git.Runs();

        await FingerprintAsync();

        git.Runs().ShouldContain("ls-files");
    }

    [Fact]
    public async Task A_copy_of_the_workspace_does_not_have_its_answers()
    {
        await FirstAsync();
        await CliWrap.Cli.Wrap("cp").WithArguments(["-r", fixture.Workspace, fixture.Repository.PathOf("copy")]).ExecuteAsync();
        using var copy = new GitFixture(fixture.Repository.PathOf("copy"));
        copy.Write("web/src/main", "changed");

        var fingerprint = await GitFixture.FingerprintAsync(copy.Image, await copy.SnapshotAsync());

        fingerprint.ShouldBe(await GitFixture.FingerprintAsync(copy.Image, git: null));
    }

    [Fact]
    public async Task A_file_beside_a_sparse_checkout_is_there_while_it_is()
    {
        await fixture.CommittedAsync();
        await fixture.GitAsync("sparse-checkout", "set", "--cone", "apps/web");
        fixture.Write("shared/lib", "1\n");
        var before = await FingerprintAsync();
        File.Delete(fixture.PathOf("shared/lib"));

        var after = await FingerprintAsync();

        after.ShouldNotBe(before);
        after.ShouldBe(await GitFixture.FingerprintAsync(fixture.Image, git: null));
    }

    [Fact]
    public async Task What_is_staged_between_two_looks_is_seen()
    {
        await fixture.CommittedAsync();
        using var busy = new RecordingGit(meanwhile: "add -A");
        fixture.Write("web/src/main", "changed");

        var fingerprint = await GitFixture.FingerprintAsync(fixture.Image, await GitSnapshot.TakeAsync(fixture.Workspace, busy.Environment, default));

        fingerprint.ShouldBe(await GitFixture.FingerprintAsync(fixture.Image, git: null));
        (await fixture.GitAsync("diff", "--cached", "--name-only")).ShouldContain("main");
    }

    [Fact]
    public async Task Where_nothing_was_built_yet_nothing_is_written()
    {
        await fixture.CommittedAsync();
        Directory.Delete(fixture.PathOf(".releasetools"), recursive: true);

        await FingerprintAsync();

        Directory.Exists(fixture.PathOf(".releasetools")).ShouldBeFalse();
    }

    [Fact]
    public async Task Where_nothing_can_be_kept_the_fingerprint_is_the_same()
    {
        await fixture.CommittedAsync();
        fixture.Write(".releasetools/index", "in the way");

        (await FingerprintAsync()).ShouldBe(await GitFixture.FingerprintAsync(fixture.Image, git: null));
    }

    [Fact]
    public async Task What_was_kept_for_paths_that_nobody_asks_for_is_cleared_away()
    {
        await FirstAsync();
        var old = KeptFile();
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-31));

        await FingerprintAsync(fixture.Image with { Inputs = [fixture.PathOf("other")] });

        File.Exists(old).ShouldBeFalse();
        KeptFile();
    }

    private async Task<string?> FirstAsync()
    {
        await fixture.CommittedAsync();
        var fingerprint = await FingerprintAsync();
        git.Runs().ShouldBe(["rev-parse", "ls-files", "status"], ignoreOrder: true);
        return fingerprint.ShouldNotBeNull();
    }

    private string KeptFile() => Directory.GetFiles(fixture.PathOf(".releasetools/index")).ShouldHaveSingleItem();

    private Task<string?> FingerprintAsync() => FingerprintAsync(fixture.Image);

    private async Task<string?> FingerprintAsync(ReleaseImage image) =>
        await GitFixture.FingerprintAsync(image, await GitSnapshot.TakeAsync(fixture.Workspace, git.Environment, default));
}
