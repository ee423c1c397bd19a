using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

public sealed class SourceFingerprintTests : IDisposable
{
    private readonly GitFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task An_image_without_inputs_has_no_fingerprint()
    {
        await fixture.CommittedAsync();
        (await fixture.FingerprintAsync(fixture.Image with { Inputs = [] })).ShouldBeNull();
    }

    [Theory]
    [InlineData("other/file")]
    [InlineData("web/README")]
    [InlineData("web/debug.log")]
    [InlineData("dist/app")]
    public async Task What_is_no_input_changes_nothing(string file)
    {
        await fixture.CommittedAsync();
        var before = await fixture.FingerprintAsync();

        fixture.Write(file, "changed");
        (await fixture.FingerprintAsync()).ShouldBe(before);
        fixture.Write("other/more", "so that there is something to commit");
        await fixture.CommitAsync();

        (await fixture.FingerprintAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("web/src/main")]
    [InlineData("web/src/new")]
    [InlineData("shared/deep/new")]
    [InlineData("web/Dockerfile")]
    public async Task A_changed_or_new_input_changes_it_committed_or_not(string file)
    {
        await fixture.CommittedAsync();
        var before = await fixture.FingerprintAsync();

        fixture.Write(file, "changed");
        var dirty = await fixture.FingerprintAsync();
        await fixture.CommitAsync();

        dirty.ShouldNotBe(before);
        (await fixture.FingerprintAsync()).ShouldNotBe(before);
    }

    [Theory]
    [InlineData("web/src/dist/deep/app")]
    [InlineData("web/src/debug.log")]
    public async Task What_git_ignores_in_an_input_counts_for_it_gets_into_the_image(string file)
    {
        await fixture.CommittedAsync();
        fixture.Write(file, "1");
        var (before, tag) = (await fixture.FingerprintAsync(), (await fixture.SnapshotAsync()).Tag);

        fixture.Write(file, "2");

        (await fixture.FingerprintAsync()).ShouldNotBe(before);
        (await fixture.SnapshotAsync()).Tag.ShouldBe(tag);
    }

    [Fact]
    public async Task An_input_within_a_folder_that_git_ignores_counts()
    {
        await fixture.CommittedAsync();
        fixture.Write("web/dist/app/main", "1");
        fixture.Write("web/dist/other", "1");
        var image = fixture.Image with { Inputs = [Path.Combine(fixture.Workspace, "web/dist/app")] };
        var before = await fixture.FingerprintAsync(image);

        fixture.Write("web/dist/other", "2");
        (await fixture.FingerprintAsync(image)).ShouldBe(before);
        fixture.Write("web/dist/app/main", "2");

        (await fixture.FingerprintAsync(image)).ShouldNotBe(before);
    }

    [Fact]
    public async Task What_both_git_and_the_build_context_leave_out_does_not_count()
    {
        await fixture.CommittedAsync();
        fixture.Write(".dockerignore", "**/dist\n**/*.log\n");
        await fixture.CommitAsync();
        var before = await fixture.FingerprintAsync();

        fixture.Write("web/src/dist/app", "1");
        fixture.Write("shared/debug.log", "1");

        (await fixture.FingerprintAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_deleted_input_changes_it()
    {
        await fixture.CommittedAsync();
        var before = await fixture.FingerprintAsync();

        File.Delete(Path.Combine(fixture.Workspace, "shared/lib"));

        (await fixture.FingerprintAsync()).ShouldNotBe(before);
    }

    [Fact]
    public async Task Each_setting_of_the_build_changes_it()
    {
        await fixture.CommittedAsync();
        var image = fixture.Image;
        ReleaseImage[] images =
        [
            image, image with { Target = "t" }, image with { Platform = "linux/arm64" }, image with { Context = Path.Combine(fixture.Workspace, "web") },
            image with { BuildArgs = new Dictionary<string, string>(StringComparer.Ordinal) { ["A"] = "1" } },
        ];

        var fingerprints = new List<string?>();
        foreach (var variant in images)
            fingerprints.Add(await fixture.FingerprintAsync(variant));
        fingerprints.Add(await SourceFingerprint.ComputeAsync(
            image, await fixture.SnapshotAsync(), new Dictionary<string, string>(StringComparer.Ordinal) { ["DOCKER_BUILD_EXTRA_ARGS"] = "--no-cache" }, default));

        fingerprints.Distinct(StringComparer.Ordinal).Count().ShouldBe(6);
    }

    [Fact]
    public async Task A_file_that_the_build_context_leaves_out_does_not_count()
    {
        await fixture.CommittedAsync();
        fixture.Write(".dockerignore", "**/*.md\n!**/kept.md\n");
        await fixture.CommitAsync();
        var before = await fixture.FingerprintAsync();

        fixture.Write("web/src/notes.md", "x");
        (await fixture.FingerprintAsync()).ShouldBe(before);
        await fixture.CommitAsync();
        (await fixture.FingerprintAsync()).ShouldBe(before);
        fixture.Write("web/src/kept.md", "x");

        (await fixture.FingerprintAsync()).ShouldNotBe(before);
    }

    [Fact]
    public async Task An_input_within_another_input_and_the_whole_workspace_as_input_are_seen()
    {
        await fixture.CommittedAsync();
        var nested = fixture.Image with { Inputs = [Path.Combine(fixture.Workspace, "web"), Path.Combine(fixture.Workspace, "web/src")] };
        var whole = fixture.Image with { Inputs = [fixture.Workspace] };
        var (nestedBefore, wholeBefore) = (await fixture.FingerprintAsync(nested), await fixture.FingerprintAsync(whole));

        fixture.Write("web/README", "changed");
        await fixture.CommitAsync();

        (await fixture.FingerprintAsync(nested)).ShouldNotBe(nestedBefore);
        (await fixture.FingerprintAsync(whole)).ShouldNotBe(wholeBefore);
    }

    [Fact]
    public async Task Outside_git_the_contents_count()
    {
        await fixture.CommittedAsync();
        var none = new Dictionary<string, string>(StringComparer.Ordinal);
        var before = await SourceFingerprint.ComputeAsync(fixture.Image, git: null, none, default);

        (await SourceFingerprint.ComputeAsync(fixture.Image, git: null, none, default)).ShouldBe(before);
        fixture.Write("shared/lib", "2\n");

        (await SourceFingerprint.ComputeAsync(fixture.Image, git: null, none, default)).ShouldNotBe(before);
    }
}
