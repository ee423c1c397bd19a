using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Images.Builds;

namespace ReleaseTools.Engine.Tests.Images.Builds;

/// <summary>From what docker 20.10 printed (<c>Recorded/</c>) to what an operator reads.</summary>
public sealed class BuildErrorsTests : IDisposable
{
    private readonly TemporaryFolder workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public void A_failing_step_is_shown_with_its_exit_code_and_last_lines_not_the_whole_log()
    {
        var error = Of("buildkit-20.10-run-fails.txt");

        error.Id.ShouldBe(nameof(Messages.BuildFailed));
        error.Message.ShouldContain("ended with exit code 3");
        error.Message.ShouldContain("line 25");
        error.Message.ShouldNotContain("line 5" + Environment.NewLine);
        error.RecommendedAction.ShouldContain("/logs/build.log");
    }

    [Fact]
    public void An_engine_that_ended_in_the_middle_is_told_as_that()
    {
        var gone = ReleaseException.For(nameof(Messages.DockerEngineUnreachable), ErrorKind.Connection, "unix:///x", "unix:///x", "there is no such socket");

        var error = Of("buildkit-20.10-engine-dies.txt", gone);

        error.Id.ShouldBe(nameof(Messages.BuildEngineLost));
        error.Message.ShouldContain("unexpected EOF");
        error.Message.ShouldContain("there is no such socket");
    }

    [Fact]
    public void An_engine_that_answers_again_broke_off_all_the_same() => Of("buildkit-20.10-engine-dies.txt").Id.ShouldBe(nameof(Messages.BuildEngineLost));

    [Fact]
    public void A_full_disk_is_told_as_that_with_how_to_free_it()
    {
        var error = Of("buildkit-20.10-disk-full.txt");

        error.Id.ShouldBe(nameof(Messages.BuildDiskFull));
        error.RecommendedAction.ShouldContain("docker system prune");
    }

    [Fact]
    public void A_file_that_is_there_but_is_no_input_is_told_with_the_line_to_add()
    {
        workspace.Write("nothere.txt", "it is there");

        var error = Of("buildkit-20.10-copy-fails.txt", inputs: ["app"]);

        error.Id.ShouldBe(nameof(Messages.BuildInputNotNamed));
        error.RecommendedAction.ShouldContain("Add \"nothere.txt\" to \"inputs\" of images.web-ui");
    }

    [Theory]
    [InlineData(false, "app")] // it is not there at all
    [InlineData(true, "nothere.txt")] // it is an input
    public void A_file_that_is_missing_for_another_reason_is_a_failed_build(bool isThere, string input)
    {
        if (isThere)
            workspace.Write("nothere.txt", "it is there");

        Of("buildkit-20.10-copy-fails.txt", inputs: [input]).Id.ShouldBe(nameof(Messages.BuildFailed));
    }

    [Theory]
    [InlineData("failed to compute cache key: failed to calculate checksum of ref abc::def: \"/a/b\": not found")]
    [InlineData("failed to compute cache key: failed to walk /var/lib/docker/tmp/buildkit-mount123456/a: lstat /var/lib/docker/tmp/buildkit-mount123456/a/b: no such file or directory")]
    public void Other_builders_words_for_it_are_known(string message)
    {
        workspace.Write("a/b", "there");

        BuildErrors.Of(Image(["app"]), new BuildFailure("[1/1] COPY a/b /b", [], message, ExitCode: null), 1, engineError: null, "/log").Id.ShouldBe(nameof(Messages.BuildInputNotNamed));
    }

    [Fact]
    public void A_step_that_wants_what_is_gits_own_is_not_told_to_name_it_as_an_input()
    {
        workspace.Write(".git/HEAD", "ref: refs/heads/main");

        var error = BuildErrors.Of(Image(["."]), new BuildFailure("[1/1] COPY .git/HEAD /", [], "failed to calculate checksum: \"/.git/HEAD\": not found", ExitCode: null), 1, engineError: null, "/log");

        error.Id.ShouldBe(nameof(Messages.BuildGetsNoGit));
        error.RecommendedAction.ShouldContain("-BuildArg");
    }

    private ReleaseException Of(string recording, ReleaseException? engineError = null, string[]? inputs = null)
    {
        var parser = new BuildKitOutputParser("web-ui");
        foreach (var line in Recording.Lines(recording))
            parser.Read(line);
        return BuildErrors.Of(Image(inputs ?? []), parser.Failure, 1, engineError, "/logs/build.log");
    }

    private ReleaseImage Image(string[] inputs) => BuildTesting.Image(workspace.Path) with { Inputs = [.. inputs.Select(input => Path.Combine(workspace.Path, input))] };
}
