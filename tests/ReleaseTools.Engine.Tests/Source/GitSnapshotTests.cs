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

        snapshot.IsDirty.ShouldBeFalse();
        snapshot.Commit.ShouldStartWith(snapshot.Tag);
        snapshot.Tag.Length.ShouldBe(12);
    }

    [Fact]
    public async Task The_tag_of_a_dirty_tree_tells_the_changes_and_is_the_same_for_the_same_changes()
    {
        await fixture.CommittedAsync();
        var clean = (await fixture.SnapshotAsync()).Tag;
        fixture.Write("web/src/main", "2\n");
        var changed = (await fixture.SnapshotAsync()).Tag;
        fixture.Write("web/src/main", "3\n");
        var again = (await fixture.SnapshotAsync()).Tag;
        fixture.Write("web/src/main", "2\n");

        changed.ShouldMatch($"^{clean}-dirty\\.[0-9a-f]{{8}}$");
        again.ShouldNotBe(changed);
        (await fixture.SnapshotAsync()).Tag.ShouldBe(changed);
    }

    [Fact]
    public async Task Outside_a_repository_there_is_no_snapshot_and_the_error_asks_for_a_tag()
    {
        using var directory = new TemporaryDirectory();

        var snapshot = await GitSnapshot.TakeAsync(directory.Root, ProcessEnvironment.Variables, default);

        snapshot.ShouldBeNull();
        Should.Throw<ReleaseException>(() => GitSnapshot.RequireTag(snapshot, directory.Root)).Id.ShouldBe(nameof(Messages.TagRequired));
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
        (await tagged.FingerprintAsync(fixture.Image, new Dictionary<string, string?>(), default)).ShouldNotBeNull();
        await tagged.FingerprintAsync(fixture.Image, new Dictionary<string, string?>(), default);

        observer.Of<Warned>().ShouldHaveSingleItem().Message.ShouldContain("safe.directory");
        (await Should.ThrowAsync<ReleaseException>(() => untagged.TagAsync(given: null, default))).Id.ShouldBe(nameof(Messages.GitRefusesOwner));
    }

    [Fact]
    public async Task Without_git_there_is_no_snapshot() =>
        (await GitSnapshot.TakeAsync(Path.GetTempPath(), new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = "" }, default)).ShouldBeNull();
}
