using ReleaseTools.Engine.Errors;
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
        var (before, tag) = (await fixture.FingerprintAsync(), await fixture.TagAsync());

        fixture.Write(file, "2");

        (await fixture.FingerprintAsync()).ShouldNotBe(before);
        (await fixture.TagAsync()).ShouldBe(tag);
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
        var before = new BuildCommand { Command = ["make", "it"], Directory = fixture.Workspace };
        ReleaseImage[] images =
        [
            image, image with { Target = "t" }, image with { Platform = "linux/arm64" }, image with { Context = fixture.PathOf("web") },
            image with { BuildArgs = new Dictionary<string, string>(StringComparer.Ordinal) { ["A"] = "1" } },
            image with { WholeContext = true },
            image with { Secrets = [new() { Id = "npm", EnvironmentVariable = "NPM" }] },
            image with { Before = [before] },
            image with { Before = [before with { Command = ["make it"] }] },
            image with { Before = [before with { Directory = fixture.PathOf("web") }] },
            image with { Before = [before, before with { Command = ["then"] }] },
            image with { Before = [before with { Command = ["then"] }, before] },
        ];

        var fingerprints = new List<string?>();
        foreach (var variant in images)
            fingerprints.Add(await fixture.FingerprintAsync(variant));

        fingerprints.ShouldBeUnique();
        fingerprints.ShouldAllBe(fingerprint => fingerprint!.Length == 32);
    }

    [Fact]
    public async Task What_changes_no_image_changes_no_fingerprint()
    {
        await fixture.CommittedAsync();
        var image = fixture.Image with { Secrets = [new() { Id = "npm", EnvironmentVariable = "NPM" }] };
        ReleaseImage[] same =
        [
            image with { Secrets = [new() { Id = "npm", File = "/run/npm" }] }, image with { CacheFrom = ["x"], CacheTo = ["x"] }, image with { Name = "other", Repository = "host/other" },
            image with { After = ["api"], MaxReuseDays = 3, FailOnSeverity = FindingSeverity.High, Services = ["s"] }, image with { Inputs = [.. image.Inputs.Reverse(), .. image.Inputs] },
        ];
        var before = await fixture.FingerprintAsync(image);

        foreach (var variant in same)
            (await fixture.FingerprintAsync(variant)).ShouldBe(before);
    }

    [Fact]
    public async Task What_a_command_makes_before_the_build_does_not_count_tracked_or_not()
    {
        await fixture.CommittedAsync();
        fixture.Write("web/src/made/tracked", "1");
        await fixture.CommitAsync();
        var image = fixture.Image with
        {
            Before = [new() { Command = ["make"], Directory = fixture.Workspace, Outputs = [fixture.PathOf("web/src/made"), fixture.PathOf("web/src/dist")] }],
        };
        var before = await fixture.FingerprintAsync(image);

        fixture.Write("web/src/made/tracked", "2");
        fixture.Write("web/src/made/new", "1");
        fixture.Write("web/src/dist/ignored", "1");
        (await fixture.FingerprintAsync(image)).ShouldBe(before);
        await fixture.CommitAsync();

        (await fixture.FingerprintAsync(image)).ShouldBe(before);
        (await GitFixture.FingerprintAsync(image, git: null)).ShouldBe(before);
    }

    [Fact]
    public async Task An_image_whose_inputs_are_all_made_by_its_commands_has_no_fingerprint()
    {
        await fixture.CommittedAsync();
        var image = fixture.Image with
        {
            Inputs = [fixture.PathOf("web/dist")], Before = [new() { Command = ["make"], Directory = fixture.Workspace, Outputs = [fixture.PathOf("web/dist")] }],
        };

        (await fixture.FingerprintAsync(image)).ShouldBeNull();
    }

    [Theory]
    [InlineData("web/src/main", true)]
    [InlineData("web/src/new", true)]
    [InlineData("web/src/dist/machine-made", false)]
    public async Task Sources_that_a_command_reads_count_though_docker_does_not_get_them(string file, bool counts)
    {
        await fixture.CommittedAsync();
        fixture.Write(".dockerignore", "web/src\n!web/src/made\n");
        await fixture.CommitAsync();
        var image = fixture.Image with { Before = [new() { Command = ["make"], Directory = fixture.Workspace, Outputs = [fixture.PathOf("web/src/made")] }] };
        var before = await fixture.FingerprintAsync(image);

        fixture.Write(file, "changed");

        ((await fixture.FingerprintAsync(image)) != before).ShouldBe(counts);
    }

    [Fact]
    public async Task Somebody_elses_repository_that_a_command_reads_counts_though_docker_does_not_get_it()
    {
        await fixture.CommittedAsync();
        fixture.Write(".dockerignore", "web/src\n");
        fixture.Write("web/src/library/file", "1");
        await GitFixture.RunGitAsync(fixture.PathOf("web/src/library"), "init", "-q");
        await GitFixture.CommitAsync(fixture.PathOf("web/src/library"));
        var image = fixture.Image with { Before = [new() { Command = ["make"], Directory = fixture.Workspace }] };
        var before = await fixture.FingerprintAsync(image);

        fixture.Write("web/src/library/file", "2");

        (await fixture.FingerprintAsync(image)).ShouldNotBe(before);
    }

    [Fact]
    public async Task Whether_docker_gets_a_source_that_a_command_reads_counts()
    {
        await fixture.CommittedAsync();
        var image = fixture.Image with { Before = [new() { Command = ["make"], Directory = fixture.Workspace }] };
        var before = await fixture.FingerprintAsync(image);

        fixture.Write(".dockerignore", "web/src\n");

        (await fixture.FingerprintAsync(image)).ShouldNotBe(before);
    }

    [Fact]
    public async Task The_fingerprints_of_base_images_count_and_without_one_there_is_none()
    {
        await fixture.CommittedAsync();
        var image = fixture.Image with { BaseImages = new Dictionary<string, string>(StringComparer.Ordinal) { ["BASE"] = "base" } };

        (await OfAsync("1")).ShouldNotBe(await OfAsync("2"));
        (await OfAsync("1")).ShouldBe(await OfAsync("1"));
        (await OfAsync(null)).ShouldBeNull();
        (await fixture.FingerprintAsync(image)).ShouldBeNull();

        async Task<string?> OfAsync(string? fingerprint) => await SourceFingerprint.ComputeAsync(
            image, await fixture.SnapshotAsync(), new Dictionary<string, string?>(StringComparer.Ordinal) { ["base"] = fingerprint }, default);
    }

    [Fact]
    public async Task A_comment_in_the_ignore_file_changes_nothing_and_a_file_that_it_lets_in_does()
    {
        await fixture.CommittedAsync();
        fixture.Write("web/src/notes.md", "x");
        fixture.Write(".dockerignore", "**/*.md\n");
        var before = await fixture.FingerprintAsync();

        fixture.Write(".dockerignore", "# no notes\n**/*.md\n");
        (await fixture.FingerprintAsync()).ShouldBe(before);
        fixture.Write(".dockerignore", "**/*.md\n!web/src/notes.md");

        (await fixture.FingerprintAsync()).ShouldNotBe(before);
    }

    [Fact]
    public async Task The_dockerfiles_own_ignore_file_goes_before_the_contexts_and_the_dockerfile_counts_always()
    {
        await fixture.CommittedAsync();
        fixture.Write(".dockerignore", "*");
        fixture.Write("web/Dockerfile.dockerignore", "web/Dockerfile\nshared\n");
        var before = await fixture.FingerprintAsync();

        fixture.Write("shared/lib", "2");
        (await fixture.FingerprintAsync()).ShouldBe(before);
        fixture.Write("web/src/main", "2");
        var changed = await fixture.FingerprintAsync();
        fixture.Write("web/Dockerfile", "FROM scratch\nCOPY . .\n");

        changed.ShouldNotBe(before);
        (await fixture.FingerprintAsync()).ShouldNotBe(changed);
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

    [Theory]
    [InlineData("web/src/main")]
    [InlineData("web")]
    [InlineData(".")]
    [InlineData("web/dist/app")]
    [InlineData("web/dist/app/main")]
    public async Task An_input_may_be_a_file_a_folder_the_workspace_or_what_git_ignores(string input)
    {
        await fixture.CommittedAsync();
        fixture.Write("web/dist/app/main", "1");
        var image = fixture.Image with { Inputs = [Path.GetFullPath(fixture.PathOf(input))] };
        var before = await fixture.FingerprintAsync(image);

        var file = File.Exists(fixture.PathOf(input)) ? input : input.Contains("dist", StringComparison.Ordinal) ? $"{input}/main" : "web/src/main";
        fixture.Write(file, "2");

        var changed = await fixture.FingerprintAsync(image);
        changed.ShouldNotBe(before);
        changed.ShouldBe(await GitFixture.FingerprintAsync(image, git: null));
    }

    [Fact]
    public async Task Outside_git_the_fingerprint_is_the_same()
    {
        await fixture.CommittedAsync();
        fixture.Write("shared/new", "1");

        (await GitFixture.FingerprintAsync(fixture.Image, git: null)).ShouldBe(await fixture.FingerprintAsync());
        fixture.Write("shared/lib", "2\n");

        (await GitFixture.FingerprintAsync(fixture.Image, git: null)).ShouldBe(await fixture.FingerprintAsync());
    }

    [Fact]
    public async Task Where_the_workspace_lies_does_not_matter()
    {
        await fixture.CommittedAsync();
        using var elsewhere = new TemporaryDirectory();
        await GitFixture.RunGitAsync(elsewhere.Root, "clone", "-q", "--depth=1", $"file://{fixture.Repository.Root}", "clone");
        var moved = new GitFixture(elsewhere.PathOf("clone/apps"));

        (await moved.FingerprintAsync()).ShouldBe(await fixture.FingerprintAsync());
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_is_named()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess, "The superuser reads everything, and Windows has no modes.");
        await fixture.CommittedAsync();
        fixture.Write("web/src/dist/secret", "x");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(fixture.PathOf("web/src/dist/secret"), UnixFileMode.None);

        var unreadable = await Should.ThrowAsync<ReleaseException>(() => fixture.FingerprintAsync());

        unreadable.Id.ShouldBe(nameof(Messages.SourceUnreadable));
        unreadable.Target.ShouldBe("web/src/dist/secret");
    }
}
