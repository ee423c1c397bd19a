using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Tests.Doubles;
using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

public sealed class GitSnapshotTests : IDisposable
{
    private readonly GitFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task The_tag_of_a_clean_tree_is_twelve_characters_of_the_commit()
    {
        await fixture.CommittedAsync();
        fixture.Write("ignored.log", "x");
        fixture.Repository.Write("outside-the-workspace", "x");
        fixture.Write(".releasetools/r1/journal", "x");

        var snapshot = await fixture.SnapshotAsync();

        (await snapshot.IsDirtyAsync(default)).ShouldBeFalse();
        (await snapshot.GetTagAsync(default)).ShouldBe(snapshot.Commit[..12]);
    }

    [Fact]
    public async Task The_tag_of_a_dirty_tree_tells_the_changes_and_is_the_same_for_the_same_changes()
    {
        await fixture.CommittedAsync();
        var clean = await fixture.TagAsync();
        fixture.Write("web/src/main", "2\n");
        var changed = await fixture.TagAsync();
        fixture.Write("web/src/main", "3\n");
        var again = await fixture.TagAsync();
        fixture.Write("web/src/main", "2\n");

        changed.ShouldMatch($"^{clean}-dirty\\.[0-9a-f]{{8}}$");
        again.ShouldNotBe(changed);
        (await fixture.TagAsync()).ShouldBe(changed);
    }

    [Fact]
    public async Task Outside_a_repository_there_is_no_snapshot_and_the_error_asks_for_a_tag()
    {
        using var directory = new TemporaryDirectory();

        var snapshot = await GitSnapshot.TakeAsync(directory.Root, ProcessEnvironment.Variables, default);

        snapshot.ShouldBeNull();
        (await Should.ThrowAsync<ReleaseException>(() => GitSnapshot.RequireTagAsync(snapshot, directory.Root, default))).Id.ShouldBe(nameof(Messages.TagRequired));
    }

    [Fact]
    public async Task A_tree_of_another_user_is_told_with_the_command_that_lets_git_read_it()
    {
        await fixture.CommittedAsync();

        var refused = await Should.ThrowAsync<ReleaseException>(() => GitSnapshot.TakeAsync(fixture.Workspace, GitFixture.OfAnotherUser, default));

        refused.Id.ShouldBe(nameof(Messages.GitRefusesOwner));
        refused.RecommendedAction.ShouldContain($"git config --global --add safe.directory {fixture.Repository.Root}");
    }

    [Fact]
    public async Task With_a_tag_a_release_does_without_a_git_that_refuses_and_says_so()
    {
        await fixture.CommittedAsync();
        fixture.Write("release.json", "{}");
        var observer = new RecordingObserver();
        var options = new AwsSessionOptions { Environment = GitFixture.OfAnotherUser };
        using var tagged = await ReleaseWorkspace.OpenAsync(fixture.Workspace, options, observer, TimeProvider.System, default);
        using var untagged = await ReleaseWorkspace.OpenAsync(fixture.Workspace, options, observer, TimeProvider.System, default);

        (await tagged.TagAsync("v1", default)).ShouldBe("v1");
        (await tagged.ListAsync(["web"], withUnignored: false, default)).ShouldBeNull();
        await tagged.ListAsync(["web"], withUnignored: false, default);

        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("safe.directory");
        (await Should.ThrowAsync<ReleaseException>(() => untagged.TagAsync(given: null, default))).Id.ShouldBe(nameof(Messages.GitRefusesOwner));
    }

    [Fact]
    public async Task With_a_tag_a_release_does_without_a_git_that_fails_when_it_looks_and_says_so()
    {
        await fixture.CommittedAsync();
        fixture.Write("release.json", "{}");
        fixture.Repository.Write(".git/index", "no index");
        var observer = new RecordingObserver();
        using var workspace = await ReleaseWorkspace.OpenAsync(
            fixture.Workspace, new AwsSessionOptions { Environment = ProcessEnvironment.Variables }, observer, TimeProvider.System, default);

        await workspace.TagAsync("v1", default);

        (await workspace.ListAsync(["web"], withUnignored: false, default)).ShouldBeNull();
        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldStartWith("The release does without git. git ");
    }

    [Fact]
    public async Task Before_the_first_commit_there_is_no_snapshot()
    {
        using var directory = new TemporaryDirectory();
        await GitFixture.RunGitAsync(directory.Root, "init", "-q");
        directory.Write("app/file", "1");

        (await GitSnapshot.TakeAsync(directory.PathOf("app"), ProcessEnvironment.Variables, default)).ShouldBeNull();
    }

    [Theory]
    [InlineData("web/src/main", "the tree's own")]
    [InlineData("web/new/deep/file", "new")]
    [InlineData("web/src/main", null)]
    public async Task A_change_and_its_undoing_leave_the_tag_as_it_was(string file, string? content)
    {
        await fixture.CommittedAsync();
        fixture.Write("other/changed", "and stays so");
        var before = await fixture.TagAsync();
        var was = File.Exists(fixture.PathOf(file)) ? await File.ReadAllTextAsync(fixture.PathOf(file)) : null;

        Put(file, content);
        var changed = await fixture.TagAsync();
        Put(file, was);

        changed.ShouldNotBe(before);
        (await fixture.TagAsync()).ShouldBe(before);

        void Put(string path, string? text)
        {
            if (text is null)
                File.Delete(fixture.PathOf(path));
            else
                fixture.Write(path, text);
        }
    }

    [Fact]
    public async Task What_is_in_a_new_folder_is_told_by_the_tag_but_for_what_git_ignores_in_it()
    {
        await fixture.CommittedAsync();
        fixture.Write("new/deep/file", "1");
        var before = await fixture.TagAsync();

        fixture.Write("new/deep/debug.log", "ignored");
        var ignored = await fixture.TagAsync();
        fixture.Write("new/deep/file", "2");

        ignored.ShouldBe(before);
        (await fixture.TagAsync()).ShouldNotBe(before);
    }

    [Fact]
    public async Task A_workspace_that_is_new_as_a_whole_is_dirty_unless_only_the_modules_own_folder_is_in_it()
    {
        await fixture.CommittedAsync();
        var environment = ProcessEnvironment.Variables;
        fixture.Repository.Write("second/.releasetools/r1/journal", "x");
        var clean = (await GitSnapshot.TakeAsync(fixture.Repository.PathOf("second"), environment, default)).ShouldNotBeNull();
        var isDirty = await clean.IsDirtyAsync(default);
        fixture.Repository.Write("second/file", "x");
        var dirty = (await GitSnapshot.TakeAsync(fixture.Repository.PathOf("second"), environment, default)).ShouldNotBeNull();

        isDirty.ShouldBeFalse();
        (await dirty.IsDirtyAsync(default)).ShouldBeTrue();
    }

    [Fact]
    public async Task The_whole_workspace_is_looked_at_once_however_often_it_is_asked_for()
    {
        await fixture.CommittedAsync();
        var snapshot = await fixture.SnapshotAsync();
        var before = await snapshot.GetTagAsync(default);

        fixture.Write("web/src/main", "changed");

        (await snapshot.GetTagAsync(default)).ShouldBe(before);
        (await snapshot.IsDirtyAsync(default)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_changed_submodule_makes_the_tag_dirty_and_tells_its_changes()
    {
        await fixture.CommittedAsync();
        using var library = await fixture.WithSubmoduleAsync("web/src/library");
        await fixture.CommitAsync();
        var clean = await fixture.TagAsync();

        fixture.Write("web/src/library/file", "2");
        var changed = await fixture.TagAsync();
        fixture.Write("web/src/library/file", "3");

        clean.ShouldNotContain("dirty");
        changed.ShouldContain("dirty");
        (await fixture.TagAsync()).ShouldNotBe(changed);
    }

    [Fact]
    public async Task The_commits_time_is_its_committers()
    {
        await fixture.CommittedAsync();
        await fixture.GitAsync("config", "log.showSignature", "true");
        var expected = DateTimeOffset.FromUnixTimeSeconds(long.Parse((await fixture.GitAsync("log", "-1", "--format=%ct")).Trim(), System.Globalization.CultureInfo.InvariantCulture));

        (await (await fixture.SnapshotAsync()).GetCommitTimeAsync(default)).ShouldBe(expected);
    }

    [Fact]
    public async Task The_remotes_url_is_origins_else_the_only_ones_without_credentials()
    {
        await fixture.CommittedAsync();
        var none = await UrlAsync();
        await fixture.GitAsync("remote", "add", "mirror", "https://me:secret@mirror.example.com/app.git");
        var only = await UrlAsync();
        await fixture.GitAsync("remote", "add", "origin", "https://token@git.example.com/app.git");
        var both = await UrlAsync();
        await fixture.GitAsync("remote", "rename", "origin", "upstream");

        none.ShouldBeNull();
        only.ShouldBe("https://mirror.example.com/app.git");
        both.ShouldBe("https://git.example.com/app.git");
        (await UrlAsync()).ShouldBeNull();

        async Task<string?> UrlAsync() => await (await fixture.SnapshotAsync()).GetRemoteUrlAsync(default);
    }

    [Fact]
    public async Task Without_git_there_is_no_snapshot() =>
        (await GitSnapshot.TakeAsync(Path.GetTempPath(), new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = "" }, default)).ShouldBeNull();
}
