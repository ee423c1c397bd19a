using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Releases.Workspace;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Source;

/// <summary>Whether what an image is made of here is what a checkout of the commit would make it of.</summary>
public sealed class CommittedSourcesTests : IDisposable
{
    private readonly GitFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Theory]
    [InlineData("web/src")]
    [InlineData("web/src/main")]
    [InlineData(".")]
    public async Task A_tree_as_it_was_committed_is_the_commits(string input)
    {
        await CommittedAsync();
        (await DifferenceAsync(fixture.Image with { Inputs = [Path.GetFullPath(fixture.PathOf(input))] })).ShouldBeNull();
    }

    [Fact]
    public async Task A_file_that_git_does_not_know_is_a_difference_wherever_it_lies()
    {
        await CommittedAsync();
        fixture.Write("other/new", "1");
        (await DifferenceAsync()).ShouldBe("this workspace differs from its own");
    }

    [Theory]
    [InlineData("web/src/dist/app")]
    [InlineData("shared/debug.log")]
    public async Task A_file_that_git_ignores_is_one_where_it_counts(string file)
    {
        await CommittedAsync();

        fixture.Write(file, "1");
        (await DifferenceAsync()).ShouldBe($"{file} is not in it as it is here");
        fixture.Write(".dockerignore", "**/dist\n**/*.log\n");
        await fixture.CommitAsync();

        (await DifferenceAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("--assume-unchanged", "changed")]
    [InlineData("--skip-worktree", "changed")]
    [InlineData("--skip-worktree", null)]
    public async Task What_git_was_told_to_look_away_from_is_one_when_it_is_not_as_it_was(string flag, string? content)
    {
        await CommittedAsync();
        await fixture.GitAsync("update-index", flag, "apps/web/src/main", "apps/other/file");
        fixture.Write("other/file", "changed");
        (await DifferenceAsync()).ShouldBeNull();

        if (content is null)
            File.Delete(fixture.PathOf("web/src/main"));
        else
            fixture.Write("web/src/main", content);

        (await DifferenceAsync()).ShouldBe("web/src/main is not in it as it is here");
    }

    [Fact]
    public async Task What_a_sparse_checkout_leaves_out_is_one()
    {
        await CommittedAsync();
        await fixture.GitAsync("sparse-checkout", "set", "--cone", "apps/web");
        (await DifferenceAsync()).ShouldBe("shared/lib is not in it as it is here");
    }

    [Fact]
    public async Task A_mode_that_git_was_told_not_to_trust_is_one()
    {
        if (OperatingSystem.IsWindows())
            return;
        await CommittedAsync();
        await fixture.GitAsync("config", "core.fileMode", "false");

        File.SetUnixFileMode(fixture.PathOf("web/src/main"), UnixFileMode.UserRead | UnixFileMode.UserExecute);

        (await DifferenceAsync()).ShouldBe("web/src/main is not in it as it is here");
    }

    [Fact]
    public async Task Line_ends_that_the_checkout_converted_are_none()
    {
        await CommittedAsync();
        await fixture.GitAsync("config", "core.autocrlf", "true");
        File.Delete(fixture.PathOf("web/src/main"));
        await fixture.GitAsync("checkout", "--", "apps/web/src/main");

        (await File.ReadAllTextAsync(fixture.PathOf("web/src/main"))).ShouldBe("1\r\n");
        (await DifferenceAsync()).ShouldBeNull();
    }

    [Theory]
    [InlineData("web/Dockerfile.dockerignore")]
    [InlineData(".dockerignore")]
    public async Task Another_ignore_file_than_the_commits_is_one(string file)
    {
        await CommittedAsync();
        fixture.Repository.Write(".git/info/exclude", ".dockerignore\n*.dockerignore\n");

        fixture.Write(file, "# nothing\n");
        (await DifferenceAsync()).ShouldBe($"{file} is not in it as it is here");
        await fixture.GitAsync("add", "--force", $"apps/{file}");
        await fixture.CommitAsync();
        (await DifferenceAsync()).ShouldBeNull();
        await fixture.GitAsync("update-index", "--assume-unchanged", $"apps/{file}");
        fixture.Write(file, "**/*.md\n");

        (await DifferenceAsync()).ShouldBe($"{file} is not in it as it is here");
    }

    [Fact]
    public async Task A_submodule_is_one_for_whether_a_build_fetches_it_cannot_be_told()
    {
        await CommittedAsync();
        using var library = await fixture.WithSubmoduleAsync("web/src/library");
        await fixture.CommitAsync();
        (await DifferenceAsync()).ShouldBe("web/src/library is not in it as it is here");
    }

    [Fact]
    public async Task An_image_whose_changes_cannot_be_told_is_not_compared()
    {
        await CommittedAsync();
        fixture.Write("other/new", "1");
        (await DifferenceAsync(fixture.Image with { Inputs = [] })).ShouldBeNull();
    }

    private async Task CommittedAsync()
    {
        await fixture.CommittedAsync();
        fixture.Write("release.json", "{}");
        await fixture.CommitAsync();
    }

    private Task<string?> DifferenceAsync() => DifferenceAsync(fixture.Image);

    private async Task<string?> DifferenceAsync(ReleaseImage image)
    {
        using var workspace = await ReleaseWorkspace.OpenAsync(fixture.Workspace, new AwsSessionOptions { Environment = ProcessEnvironment.Variables }, NullObserver.Instance, TimeProvider.System, default);
        return await new ImageFingerprints(workspace, await workspace.ReadDefinitionAsync(default), (settled, _) => Task.FromResult(settled)).DifferenceFromCommitAsync(image, default);
    }
}
