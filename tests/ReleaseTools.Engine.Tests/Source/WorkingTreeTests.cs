using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

/// <summary>
/// What git keeps about a tree must not get between a build and its files. Most of these tests compare the fingerprint that git
/// helped to make with the one made of nothing but the files on disk.
/// </summary>
public sealed class WorkingTreeTests : IDisposable
{
    private readonly GitFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task A_touched_file_is_no_change()
    {
        await fixture.CommittedAsync();
        var before = await fixture.FingerprintAsync();

        foreach (var file in Directory.EnumerateFiles(fixture.PathOf("web"), "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        (await fixture.FingerprintAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_change_that_leaves_length_and_time_as_they_were_is_seen_when_git_has_just_looked()
    {
        await fixture.CommittedAsync();
        var file = fixture.PathOf("web/src/main");
        var time = File.GetLastWriteTimeUtc(file);
        var before = await fixture.FingerprintAsync();

        fixture.Write("web/src/main", "2\n");
        File.SetLastWriteTimeUtc(file, time);

        (await fixture.FingerprintAsync()).ShouldNotBe(before);
    }

    [Theory]
    [InlineData("add", "-A")]
    [InlineData("add", "--intent-to-add", "-A")]
    [InlineData("stash", "--all")]
    [InlineData("rm", "-q", "--cached", "apps/web/src/main")]
    [InlineData("reset", "-q", "--soft", "HEAD~1")]
    public async Task Neither_staging_nor_stashing_gets_between_a_build_and_its_files(params string[] command)
    {
        await fixture.CommittedAsync();
        fixture.Write("shared/second", "1");
        await fixture.CommitAsync();
        fixture.Write("web/src/main", "changed");
        fixture.Write("web/src/new", "1");

        await fixture.GitAsync(command);

        await fixture.ShouldBeAsOnDiskAsync();
    }

    [Fact]
    public async Task A_staged_change_that_was_taken_back_on_disk_is_none()
    {
        await fixture.CommittedAsync();
        var before = await fixture.FingerprintAsync();
        fixture.Write("web/src/main", "staged");
        await fixture.GitAsync("add", "-A");

        fixture.Write("web/src/main", "1\n");

        (await fixture.FingerprintAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_rename_is_seen_staged_or_not()
    {
        await fixture.CommittedAsync();
        var before = await fixture.FingerprintAsync();

        await fixture.GitAsync("mv", "apps/web/src/main", "apps/web/src/program");
        var staged = await fixture.ShouldBeAsOnDiskAsync();
        await fixture.GitAsync("reset", "-q");

        staged.ShouldNotBe(before);
        (await fixture.ShouldBeAsOnDiskAsync()).ShouldBe(staged);
    }

    [Fact]
    public async Task A_file_that_became_a_folder_and_a_folder_that_became_a_file_are_as_on_disk()
    {
        await fixture.CommittedAsync();
        fixture.Write("shared/deep/er/file", "1");
        await fixture.CommitAsync();

        File.Delete(fixture.PathOf("web/src/main"));
        fixture.Write("web/src/main/inner", "1");
        Directory.Delete(fixture.PathOf("shared/deep"), recursive: true);
        fixture.Write("shared/deep", "1");

        await fixture.ShouldBeAsOnDiskAsync();
    }

    [Fact]
    public async Task A_link_counts_by_where_it_points_to_and_what_lies_there_only_if_it_is_an_input()
    {
        await fixture.CommittedAsync();
        Link("web/src/link", "../../other");
        await fixture.CommitAsync();
        var before = await fixture.ShouldBeAsOnDiskAsync();

        fixture.Write("other/file", "2");
        var behind = await fixture.ShouldBeAsOnDiskAsync();
        File.Delete(fixture.PathOf("web/src/link"));
        Link("web/src/link", "../../shared");

        behind.ShouldBe(before);
        (await fixture.ShouldBeAsOnDiskAsync()).ShouldNotBe(before);
    }

    [Fact]
    public async Task A_file_and_a_link_to_the_same_text_are_not_the_same()
    {
        await fixture.CommittedAsync();
        fixture.Write("web/src/thing", "../main");
        var file = await fixture.ShouldBeAsOnDiskAsync();

        File.Delete(fixture.PathOf("web/src/thing"));
        Link("web/src/thing", "../main");

        (await fixture.ShouldBeAsOnDiskAsync()).ShouldNotBe(file);
    }

    [Fact]
    public async Task An_input_that_is_a_link_is_what_it_leads_to_and_that_it_is_a_link()
    {
        await fixture.CommittedAsync();
        fixture.Write("third/lib", "1\n");
        Link("linked", "shared");
        await fixture.CommitAsync();
        var image = fixture.Image with { Inputs = [fixture.PathOf("linked")] };
        var before = await fixture.ShouldBeAsOnDiskAsync(image);

        fixture.Write("shared/lib", "2\n");
        var changed = await fixture.ShouldBeAsOnDiskAsync(image);
        fixture.Write("shared/lib", "1\n");
        File.Delete(fixture.PathOf("linked"));
        Link("linked", "third");

        changed.ShouldNotBe(before);
        (await fixture.ShouldBeAsOnDiskAsync(image)).ShouldNotBe(before);
    }

    [Fact]
    public async Task The_executable_bit_counts_and_no_other()
    {
        if (OperatingSystem.IsWindows())
            return;
        await fixture.CommittedAsync();
        var file = fixture.PathOf("web/src/main");
        var before = await fixture.FingerprintAsync();

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var other = await fixture.ShouldBeAsOnDiskAsync();
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);

        other.ShouldBe(before);
        (await fixture.ShouldBeAsOnDiskAsync()).ShouldNotBe(before);
    }

    [Theory]
    [InlineData("1\n", false)]
    [InlineData("1\n", true)]
    [InlineData("changed", false)]
    public async Task The_executable_bit_counts_where_git_is_told_not_to_trust_it_for_docker_gets_it(string content, bool isMonitored)
    {
        if (OperatingSystem.IsWindows())
            return;
        await fixture.CommittedAsync();
        await fixture.GitAsync("config", "core.fileMode", "false");
        fixture.Write("web/src/main", content);
        if (isMonitored)
            await MonitorAsync();
        var before = await fixture.ShouldBeAsOnDiskAsync();

        File.SetUnixFileMode(fixture.PathOf("web/src/main"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        (await fixture.ShouldBeAsOnDiskAsync()).ShouldNotBe(before);
    }

    [Fact]
    public async Task On_a_disk_where_every_file_may_be_executed_a_change_is_seen()
    {
        if (OperatingSystem.IsWindows())
            return;
        await fixture.CommittedAsync();
        await fixture.GitAsync("config", "core.fileMode", "false");
        foreach (var file in Directory.EnumerateFiles(fixture.Workspace, "*", SearchOption.AllDirectories))
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var before = await fixture.ShouldBeAsOnDiskAsync();

        fixture.Write("web/src/main", "changed");

        (await fixture.ShouldBeAsOnDiskAsync()).ShouldNotBe(before);
    }

    [Fact]
    public async Task Where_links_are_checked_out_as_files_the_fingerprint_is_the_same_and_changes_with_them()
    {
        await fixture.CommittedAsync();
        Link("web/src/link", "main");
        await fixture.CommitAsync();
        var before = await fixture.FingerprintAsync();
        await fixture.GitAsync("config", "core.symlinks", "false");
        File.Delete(fixture.PathOf("web/src/link"));
        await fixture.GitAsync("checkout", "--", "apps/web/src/link");

        File.GetAttributes(fixture.PathOf("web/src/link")).HasFlag(FileAttributes.ReparsePoint).ShouldBeFalse();
        (await fixture.FingerprintAsync()).ShouldBe(before);
        fixture.Write("web/src/link", "other");

        (await fixture.FingerprintAsync()).ShouldNotBe(before);
    }

    [Fact]
    public async Task Line_ends_that_a_checkout_converts_do_not_count()
    {
        await fixture.CommittedAsync();
        using var elsewhere = new TemporaryDirectory();
        await GitFixture.RunGitAsync(elsewhere.Root, "clone", "-q", "--config", "core.autocrlf=true", fixture.Repository.Root, "clone");
        var windows = new GitFixture(elsewhere.PathOf("clone/apps"));
        (await File.ReadAllTextAsync(windows.PathOf("web/src/main"))).ShouldBe("1\r\n");

        File.SetLastWriteTimeUtc(windows.PathOf("web/src/main"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (await windows.FingerprintAsync()).ShouldBe(await fixture.FingerprintAsync());
        windows.Write("web/src/main", "2\r\n");
        fixture.Write("web/src/main", "2\n");

        (await windows.FingerprintAsync()).ShouldBe(await fixture.FingerprintAsync());
    }

    [Fact]
    public async Task Line_ends_of_what_git_does_not_know_yet_do_count()
    {
        await fixture.CommittedAsync();
        fixture.Write(".gitattributes", "* text=auto\n");
        fixture.Write("web/src/new", "1\n");
        var before = await fixture.ShouldBeAsOnDiskAsync();

        fixture.Write("web/src/new", "1\r\n");
        (await fixture.ShouldBeAsOnDiskAsync()).ShouldNotBe(before);
        await fixture.CommitAsync();

        (await fixture.FingerprintAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_file_that_goes_through_a_filter_is_no_change_when_it_is_touched()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The filter is a POSIX one.");
        await fixture.CommittedAsync();
        await fixture.GitAsync("config", "filter.upper.clean", "tr a-z A-Z");
        await fixture.GitAsync("config", "filter.upper.smudge", "tr A-Z a-z");
        fixture.Write(".gitattributes", "*.text filter=upper\n");
        fixture.Write("web/src/a.text", "abc");
        await fixture.CommitAsync();
        var before = await fixture.FingerprintAsync();

        File.SetLastWriteTimeUtc(fixture.PathOf("web/src/a.text"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (await fixture.FingerprintAsync()).ShouldBe(before);
        fixture.Write("web/src/a.text", "abd");
        var changed = await fixture.FingerprintAsync();
        await fixture.CommitAsync();

        changed.ShouldNotBe(before);
        (await fixture.FingerprintAsync()).ShouldBe(changed);
    }

    [Theory]
    [InlineData("--assume-unchanged")]
    [InlineData("--skip-worktree")]
    public async Task A_file_that_git_was_told_to_look_away_from_is_looked_at(string flag)
    {
        await fixture.CommittedAsync();
        var before = await fixture.FingerprintAsync();
        await fixture.GitAsync("update-index", flag, "apps/web/src/main");
        (await fixture.FingerprintAsync()).ShouldBe(before);

        fixture.Write("web/src/main", "changed");
        (await fixture.ShouldBeAsOnDiskAsync()).ShouldNotBe(before);
        File.Delete(fixture.PathOf("web/src/main"));

        (await fixture.ShouldBeAsOnDiskAsync()).ShouldNotBe(before);
    }

    [Theory]
    [InlineData("--no-sparse-index")]
    [InlineData("--sparse-index")]
    public async Task What_a_sparse_checkout_leaves_out_does_not_count(string index)
    {
        await fixture.CommittedAsync();
        var before = await fixture.FingerprintAsync();

        await fixture.GitAsync("sparse-checkout", "set", "--cone", index, "apps/web");

        File.Exists(fixture.PathOf("shared/lib")).ShouldBeFalse();
        (await fixture.ShouldBeAsOnDiskAsync()).ShouldNotBe(before);
    }

    [Fact]
    public async Task A_merge_that_is_not_decided_yet_counts_by_what_lies_on_disk()
    {
        await fixture.CommittedAsync();
        await fixture.GitAsync("checkout", "-q", "-b", "theirs");
        fixture.Write("web/src/main", "theirs");
        await fixture.CommitAsync();
        await fixture.GitAsync("checkout", "-q", "-");
        fixture.Write("web/src/main", "ours");
        await fixture.CommitAsync();

        await Should.ThrowAsync<CliWrap.Exceptions.CommandExecutionException>(() => fixture.GitAsync("merge", "-q", "theirs"));

        (await fixture.GitAsync("ls-files", "-u")).ShouldNotBeEmpty();
        var undecided = await fixture.ShouldBeAsOnDiskAsync();
        fixture.Write("web/src/main", "decided");
        (await fixture.ShouldBeAsOnDiskAsync()).ShouldNotBe(undecided);
        (await fixture.TagAsync()).ShouldContain("dirty");
    }

    [Theory]
    [InlineData("-dash")]
    [InlineData("with blank ")]
    [InlineData("quo\"te's")]
    [InlineData("back\\slash")]
    [InlineData("li\nne\r")]
    [InlineData("ta\tb")]
    [InlineData("[class]*?")]
    [InlineData(":(top)magic")]
    [InlineData("e\u0301 and \u00e9 日本 🚀")]
    [InlineData("# no comment")]
    public async Task A_name_may_be_anything(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There it may not.");
        await fixture.CommittedAsync();
        fixture.Write($"web/{name}/{name}", "1");
        var image = fixture.Image with { Inputs = [fixture.PathOf($"web/{name}")] };
        var unknown = await fixture.ShouldBeAsOnDiskAsync(image);
        await fixture.CommitAsync();
        (await fixture.ShouldBeAsOnDiskAsync(image)).ShouldBe(unknown);

        fixture.Write($"web/{name}/{name}", "2");

        (await fixture.ShouldBeAsOnDiskAsync(image)).ShouldNotBe(unknown);
        (await fixture.TagAsync()).ShouldContain("dirty");
    }

    [Fact]
    public async Task Two_ways_of_writing_one_letter_are_two_names_and_so_are_two_cases()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only here a file system tells them apart.");
        await fixture.CommittedAsync();
        string[] names = ["\u00e9", "e\u0301", "E", "e"];
        var fingerprints = new List<string?>();
        foreach (var name in names)
        {
            fixture.Write($"web/src/{name}", "1");
            await fixture.CommitAsync();
            fingerprints.Add(await fixture.ShouldBeAsOnDiskAsync());
            File.Delete(fixture.PathOf($"web/src/{name}"));
        }

        fingerprints.ShouldBeUnique();
    }

    [Fact]
    public async Task With_a_name_that_is_no_text_there_is_no_fingerprint()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only here a file system has such names.");
        await fixture.CommittedAsync();
        await RunAsync("printf 1 > \"$(printf 'caf\\351')\"");
        try
        {
            var unknown = await fixture.FingerprintAsync();
            await fixture.CommitAsync();
            var known = await fixture.FingerprintAsync();

            unknown.ShouldBeNull();
            known.ShouldBeNull();
            (await GitFixture.FingerprintAsync(fixture.Image, git: null)).ShouldBeNull();
        }
        finally
        {
            await RunAsync("rm caf*"); // .NET cannot
        }

        async Task RunAsync(string command) => await CliWrap.Cli.Wrap("sh").WithArguments(["-c", command]).WithWorkingDirectory(fixture.PathOf("web/src")).ExecuteAsync();
    }

    [Fact]
    public async Task A_pipe_is_not_waited_for()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are none.");
        await fixture.CommittedAsync();
        await CliWrap.Cli.Wrap("mkfifo").WithArguments([fixture.PathOf("web/src/pipe")]).ExecuteAsync();

        (await GitFixture.FingerprintAsync(fixture.Image, git: null)).ShouldNotBeNull();
    }

    [Fact]
    public async Task A_linked_working_tree_has_the_fingerprint_of_its_own_files()
    {
        await fixture.CommittedAsync();
        using var elsewhere = new TemporaryDirectory();
        await fixture.GitAsync("worktree", "add", "-q", elsewhere.PathOf("tree"), "-b", "second");
        var linked = new GitFixture(elsewhere.PathOf("tree/apps"));
        var before = await linked.FingerprintAsync();

        linked.Write("web/src/main", "2\n");

        before.ShouldBe(await fixture.FingerprintAsync());
        (await linked.FingerprintAsync()).ShouldNotBe(before);
    }

    [Fact]
    public async Task A_repository_of_sha256_has_fingerprints_too()
    {
        using var directory = new TemporaryDirectory();
        await GitFixture.RunGitAsync(directory.Root, "init", "-q", "--object-format=sha256");
        var image = new ReleaseImage { Name = "web", Repository = "host/web", Workspace = directory.Root, Context = directory.Root, Dockerfile = directory.PathOf("Dockerfile"), Inputs = [directory.Root] };
        directory.Write("Dockerfile", "FROM scratch\n");
        await GitFixture.CommitAsync(directory.Root);
        directory.Write("new", "1");
        var unknown = await FingerprintAsync();
        await GitFixture.CommitAsync(directory.Root);

        (await FingerprintAsync()).ShouldBe(unknown);
        directory.Write("new", "2");

        (await FingerprintAsync()).ShouldNotBe(unknown);

        async Task<string?> FingerprintAsync() => await GitFixture.FingerprintAsync(image, await GitSnapshot.TakeAsync(directory.Root, ProcessEnvironment.Variables, default));
    }

    [Fact]
    public async Task Within_a_hook_the_repository_is_the_one_that_the_workspace_lies_in()
    {
        await fixture.CommittedAsync();
        var inHook = new Dictionary<string, string>(ProcessEnvironment.Variables, StringComparer.Ordinal)
        {
            ["GIT_DIR"] = fixture.Repository.PathOf(".git"), ["GIT_INDEX_FILE"] = fixture.Repository.PathOf(".git/none"), ["GIT_PREFIX"] = "", ["GIT_ICASE_PATHSPECS"] = "1",
        };

        var snapshot = (await GitSnapshot.TakeAsync(fixture.Workspace, inHook, default)).ShouldNotBeNull();

        (await snapshot.GetTagAsync(default)).ShouldBe(await fixture.TagAsync());
        (await GitFixture.FingerprintAsync(fixture.Image, snapshot)).ShouldBe(await fixture.FingerprintAsync());
    }

    [Fact]
    public async Task A_repository_that_lies_elsewhere_is_used_when_it_is_named_with_its_working_tree()
    {
        await fixture.CommittedAsync();
        using var elsewhere = new TemporaryDirectory();
        Directory.Move(fixture.Repository.PathOf(".git"), elsewhere.PathOf("repository"));
        var named = new Dictionary<string, string>(ProcessEnvironment.Variables, StringComparer.Ordinal) { ["GIT_DIR"] = elsewhere.PathOf("repository"), ["GIT_WORK_TREE"] = fixture.Repository.Root };

        var snapshot = (await GitSnapshot.TakeAsync(fixture.Workspace, named, default)).ShouldNotBeNull();

        (await snapshot.IsDirtyAsync(default)).ShouldBeFalse();
        (await GitFixture.FingerprintAsync(fixture.Image, snapshot)).ShouldBe(await GitFixture.FingerprintAsync(fixture.Image, git: null));
    }

    [Fact]
    public async Task A_repository_that_is_named_is_not_taken_for_its_submodules()
    {
        await fixture.CommittedAsync();
        using var library = await fixture.WithSubmoduleAsync("web/src/library");
        await fixture.CommitAsync();
        var named = new Dictionary<string, string>(ProcessEnvironment.Variables, StringComparer.Ordinal)
        {
            ["GIT_DIR"] = fixture.Repository.PathOf(".git"), ["GIT_WORK_TREE"] = fixture.Repository.Root,
        };

        var snapshot = await GitSnapshot.TakeAsync(fixture.Workspace, named, default);

        (await GitFixture.FingerprintAsync(fixture.Image, snapshot)).ShouldBe(await fixture.ShouldBeAsOnDiskAsync());
    }

    [Fact]
    public async Task A_workspace_that_is_reached_over_a_link_is_the_same_workspace()
    {
        await fixture.CommittedAsync();
        using var elsewhere = new TemporaryDirectory();
        Directory.CreateSymbolicLink(elsewhere.PathOf("link"), fixture.Workspace);
        var linked = new GitFixture(elsewhere.PathOf("link"));
        fixture.Write("web/src/new", "1");

        (await linked.FingerprintAsync()).ShouldBe(await fixture.FingerprintAsync());
        (await linked.TagAsync()).ShouldBe(await fixture.TagAsync());
    }

    [Fact]
    public async Task An_input_may_lie_beside_the_workspace_in_the_repository_or_out_of_it()
    {
        await fixture.CommittedAsync();
        using var outside = new TemporaryDirectory();
        outside.Write("file", "1");
        fixture.Repository.Write("beside/file", "1");
        await fixture.CommitAsync();
        var image = fixture.Image with { Inputs = [fixture.Repository.PathOf("beside"), outside.Root] };
        var before = await fixture.ShouldBeAsOnDiskAsync(image);

        fixture.Repository.Write("beside/file", "2");
        var beside = await fixture.ShouldBeAsOnDiskAsync(image);
        outside.Write("file", "2");

        beside.ShouldNotBe(before);
        (await fixture.ShouldBeAsOnDiskAsync(image)).ShouldNotBe(beside);
    }

    /// <summary>Has git ask a monitor what changed, which sees nothing, and remember its answer.</summary>
    private async Task MonitorAsync()
    {
        fixture.Repository.Write("monitor", "#!/bin/sh\nprintf 'nothing\\0'\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(fixture.Repository.PathOf("monitor"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await fixture.GitAsync("config", "core.fsmonitor", fixture.Repository.PathOf("monitor"));
        await fixture.GitAsync("status");
        await fixture.GitAsync("status");
        (await fixture.GitAsync("ls-files", "-f", "apps/web/src/main")).ShouldStartWith("h ");
    }

    private void Link(string path, string target) => File.CreateSymbolicLink(fixture.PathOf(path), target);
}
