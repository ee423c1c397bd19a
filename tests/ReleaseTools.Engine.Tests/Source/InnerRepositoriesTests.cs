namespace ReleaseTools.Engine.Tests.Source;

/// <summary>Submodules, other repositories in the tree, and what looks like one. However git tells of them, what counts is what lies on disk.</summary>
public sealed class InnerRepositoriesTests : IDisposable
{
    private readonly GitFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Theory]
    [InlineData("web/src")]
    [InlineData("web/src/library")]
    [InlineData("web/src/library/file")]
    public async Task A_submodule_counts_by_its_files(string input)
    {
        await fixture.CommittedAsync();
        using var library = await fixture.WithSubmoduleAsync("web/src/library");
        await fixture.CommitAsync();
        var image = fixture.Image with { Inputs = [fixture.PathOf(input)] };
        var before = await fixture.ShouldBeAsOnDiskAsync(image);

        fixture.Write("web/src/library/file", "changed");
        var changed = await fixture.ShouldBeAsOnDiskAsync(image);
        await GitFixture.CommitAsync(fixture.PathOf("web/src/library"));

        changed.ShouldNotBe(before);
        (await fixture.ShouldBeAsOnDiskAsync(image)).ShouldBe(changed);
    }

    [Fact]
    public async Task A_submodule_that_is_not_checked_out_has_no_files()
    {
        await fixture.CommittedAsync();
        using var library = await fixture.WithSubmoduleAsync("web/src/library");
        await fixture.CommitAsync();
        var before = await fixture.FingerprintAsync();

        await fixture.GitAsync("submodule", "--quiet", "deinit", "--force", "apps/web/src/library");
        var empty = await fixture.ShouldBeAsOnDiskAsync();
        fixture.Write("web/src/library/file", "somebody's own");

        empty.ShouldNotBe(before);
        (await fixture.ShouldBeAsOnDiskAsync()).ShouldNotBe(empty);
    }

    [Fact]
    public async Task A_submodule_that_a_merge_left_undecided_counts_by_its_files()
    {
        await fixture.CommittedAsync();
        using var library = await fixture.WithSubmoduleAsync("web/src/library");
        await fixture.CommitAsync();
        var before = await fixture.ShouldBeAsOnDiskAsync();
        var commit = (await GitFixture.RunGitAsync(library.Root, "rev-parse", "HEAD")).Trim();
        var stages = string.Concat(Enumerable.Range(1, 3).Select(stage => $"160000 {commit} {stage}\tapps/web/src/library\n"));
        await CliWrap.Cli.Wrap("git").WithArguments(["update-index", "--index-info"]).WithWorkingDirectory(fixture.Repository.Root)
            .WithStandardInputPipe(CliWrap.PipeSource.FromString($"0 {new string('0', commit.Length)}\tapps/web/src/library\n{stages}")).ExecuteAsync();
        (await fixture.GitAsync("ls-files", "-u")).ShouldContain("library");

        (await fixture.ShouldBeAsOnDiskAsync()).ShouldBe(before);
        fixture.Write("web/src/library/file", "changed");

        (await fixture.ShouldBeAsOnDiskAsync()).ShouldNotBe(before);
    }

    [Theory]
    [InlineData("submodule")]
    [InlineData("unknown")]
    public async Task What_a_command_reads_in_a_folder_of_another_repository_counts(string kind)
    {
        await fixture.CommittedAsync();
        using var library = await fixture.WithSubmoduleAsync("vendor/submodule");
        await fixture.CommitAsync();
        fixture.Write($"vendor/{kind}/kit/source", "1");
        await GitFixture.RunGitAsync(fixture.PathOf($"vendor/{kind}"), "init", "-q");
        await GitFixture.CommitAsync(fixture.PathOf($"vendor/{kind}"));
        var image = fixture.Image with { Before = [new() { Command = ["make"], Directory = fixture.PathOf($"vendor/{kind}/kit") }] };
        var before = await fixture.ShouldBeAsOnDiskAsync(image);

        fixture.Write($"vendor/{kind}/kit/source", "2");

        (await fixture.ShouldBeAsOnDiskAsync(image)).ShouldNotBe(before);
    }

    [Theory]
    [InlineData("web/src")]
    [InlineData("web/src/library")]
    [InlineData("web/src/library/file")]
    public async Task A_submodule_whose_repository_is_lost_is_a_folder(string input)
    {
        await fixture.CommittedAsync();
        using var library = await fixture.WithSubmoduleAsync("web/src/library");
        await fixture.CommitAsync();
        var image = fixture.Image with { Inputs = [fixture.PathOf(input)] };

        fixture.Write("web/src/library/.git", "gitdir: /nowhere\n");
        var before = await fixture.ShouldBeAsOnDiskAsync(image);
        fixture.Write("web/src/library/file", "changed");

        (await fixture.ShouldBeAsOnDiskAsync(image)).ShouldNotBe(before);
    }

    [Theory]
    [InlineData("shared")]
    [InlineData("shared/nested")]
    [InlineData("shared/nested/src")]
    [InlineData("shared/nested/src/file")]
    public async Task A_repository_that_git_does_not_know_counts_by_its_files(string input)
    {
        await fixture.CommittedAsync();
        await fixture.WithRepositoryAsync("shared/nested");
        var image = fixture.Image with { Inputs = [fixture.PathOf(input)] };
        var before = await fixture.ShouldBeAsOnDiskAsync(image);

        fixture.Write("shared/nested/src/file", "2");

        (await fixture.ShouldBeAsOnDiskAsync(image)).ShouldNotBe(before);
    }

    [Theory]
    [InlineData("web/src", "web/src/library/inner")]
    [InlineData("web/src", "web/src/library/file")]
    [InlineData("shared", "shared/nested/src")]
    public async Task An_input_in_a_repository_within_another_input_counts_once(string input, string within)
    {
        await fixture.CommittedAsync();
        using var library = await fixture.WithSubmoduleAsync("web/src/library");
        fixture.Write("web/src/library/inner/file", "1");
        await GitFixture.CommitAsync(fixture.PathOf("web/src/library"));
        await fixture.CommitAsync();
        await fixture.WithRepositoryAsync("shared/nested");

        await fixture.ShouldBeAsOnDiskAsync(fixture.Image with { Inputs = [fixture.PathOf(input), fixture.PathOf(within)] });
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("half")]
    [InlineData("file")]
    [InlineData("lost")]
    public async Task A_folder_whose_git_folder_is_no_repository_is_a_folder_like_any_other(string broken)
    {
        await fixture.CommittedAsync();
        fixture.Write("web/src/part/inner/file", "1\n");
        fixture.Write("web/src/part/inner/converted", "1\r\n"); // which git has without the \r
        fixture.Write(".gitattributes", "converted text\n");
        await fixture.CommitAsync();
        var image = fixture.Image with { Inputs = [fixture.PathOf("web/src/part/inner")] };
        var before = await fixture.FingerprintAsync(image);

        Break(fixture.PathOf("web/src/part/.git"), broken);
        (await fixture.FingerprintAsync(image)).ShouldBe(before);
        fixture.Write("web/src/part/inner/file", "2\n");
        var changed = await fixture.FingerprintAsync(image);
        fixture.Write("web/src/part/inner/new", "1\n");

        changed.ShouldNotBe(before);
        (await fixture.FingerprintAsync(image)).ShouldNotBeOneOf(before, changed);
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../../..")]
    [InlineData("/")]
    public async Task A_repository_that_has_its_files_elsewhere_is_a_folder_like_any_other(string elsewhere)
    {
        await fixture.CommittedAsync();
        await fixture.WithRepositoryAsync("shared/nested");
        await GitFixture.RunGitAsync(fixture.PathOf("shared/nested"), "config", "core.worktree", Path.Combine(fixture.PathOf("shared/nested/.git"), "..", elsewhere));
        var image = fixture.Image with { Inputs = [fixture.PathOf("shared/nested/src")] };
        var before = await fixture.ShouldBeAsOnDiskAsync(image);

        fixture.Write("shared/nested/src/file", "2");

        (await fixture.ShouldBeAsOnDiskAsync(image)).ShouldNotBe(before);
    }

    [Fact]
    public async Task A_source_beside_a_broken_repository_counts_for_a_command_though_docker_does_not_get_it()
    {
        await fixture.CommittedAsync();
        fixture.Write("vendor/part/kit/source", "1");
        Break(fixture.PathOf("vendor/part/.git"), "folder");
        var image = fixture.Image with { Before = [new() { Command = ["make"], Directory = fixture.PathOf("vendor/part/kit") }] };
        var before = await fixture.ShouldBeAsOnDiskAsync(image);

        fixture.Write("vendor/part/kit/source", "2");

        (await fixture.ShouldBeAsOnDiskAsync(image)).ShouldNotBe(before);
    }

    private static void Break(string path, string how)
    {
        if (how is "file" or "lost")
        {
            File.WriteAllText(path, how is "lost" ? "gitdir: /nowhere\n" : "");
            return;
        }

        Directory.CreateDirectory(path);
        if (how is "half")
            File.WriteAllText(Path.Combine(path, "HEAD"), "ref: refs/heads/main\n");
    }
}
