using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Images.Builds;

/// <summary>The recordings in <c>Recorded/</c> are what docker 20.10 printed, byte for byte.</summary>
public sealed class BuildKitOutputParserTests
{
    [Fact]
    public void Steps_are_counted_over_all_stages_and_a_cached_one_is_said_to_be()
    {
        var (events, _) = Parse("buildkit-20.10-two-stages.txt");

        events.OfType<BuildProgress>().ShouldBe(
        [
            new("web-ui", 1, 2, "COPY busybox /bin/sh", Cached: false),
            new("web-ui", 1, 2, "COPY busybox /bin/sh", Cached: true),
            new("web-ui", 2, 2, """RUN echo "compiling"; printf '\033[31mred\033[0m and \033]0;title\007done\n'; echo to stderr >&2""", Cached: false),
            new("web-ui", 3, 3, "COPY --from=tools /bin/sh /bin/sh", Cached: false),
        ]);
    }

    [Fact]
    public void What_a_step_writes_is_reported_without_its_time_and_without_escape_sequences()
    {
        var (events, _) = Parse("buildkit-20.10-two-stages.txt");

        events.OfType<BuildOutput>().Select(output => output.Line).ShouldBe(["compiling", "red and done", "to stderr"]);
    }

    [Fact]
    public void A_failing_step_is_known_by_its_place_its_exit_code_and_its_last_twenty_lines()
    {
        var (_, failure) = Parse("buildkit-20.10-run-fails.txt");

        failure.Step.ShouldNotBeNull().ShouldStartWith("[2/2] RUN i=1; while");
        failure.ExitCode.ShouldBe(3);
        failure.Lines.ShouldBe(Enumerable.Range(6, 20).Select(number => $"line {number}"));
    }

    [Fact]
    public void A_step_that_fails_before_its_command_runs_has_a_message_and_no_exit_code()
    {
        var (_, failure) = Parse("buildkit-20.10-copy-fails.txt");

        failure.Step.ShouldBe("[1/1] COPY nothere.txt /a.txt");
        failure.ExitCode.ShouldBeNull();
        failure.Message.ShouldBe("failed to compute cache key: \"/nothere.txt\" not found: not found");
    }

    [Fact]
    public void A_Dockerfile_that_cannot_be_read_fails_outside_of_any_step()
    {
        var (_, failure) = Parse("buildkit-20.10-syntax-error.txt");

        failure.Step.ShouldBeNull();
        failure.Message.ShouldNotBeNull().ShouldEndWith("dockerfile parse error line 2: unknown instruction: FOO");
    }

    [Theory]
    [InlineData("ERROR: failed to solve: failed to compute cache key: \"/nothere.txt\": not found")]
    [InlineData("failed to solve: dockerfile parse error on line 2: unknown instruction: FOO")]
    public void What_docker_says_after_the_error_is_not_taken_for_it(string error)
    {
        var parser = new BuildKitOutputParser("web-ui");
        foreach (var line in new[] { "a warning", "Dockerfile:2", "--------------------", "   2 | >>> FOO", "--------------------", error, "", "View build details: docker-desktop://dashboard/build/default/default/u0xk3d", "What's next:", "    Debug this build failure with Gordon" })
            parser.Read(line);

        parser.Failure.Message.ShouldBe(error);
        parser.Failure.Lines.ShouldNotContain(line => line.Contains("docker-desktop:", StringComparison.Ordinal));
    }

    [Fact]
    public void The_exit_code_is_the_builders_word_and_not_one_in_the_steps_own_text()
    {
        var parser = new BuildKitOutputParser("web-ui");
        foreach (var line in new[] { "#4 [1/1] RUN echo exit code: 99; exit 7", "#4 0.1 exit code: 98", "#4 ERROR: process \"/bin/sh -c echo exit code: 99; exit 7\" did not complete successfully: exit code: 7" })
            parser.Read(line);

        parser.Failure.ExitCode.ShouldBe(7);
    }

    [Theory]
    [InlineData("#9 [linux/arm64 build  3/10] RUN make", 1, 10, "RUN make")]
    [InlineData("#9 [ 1/12] FROM docker.io/library/alpine", 1, 12, "FROM docker.io/library/alpine")]
    public void Padded_and_platform_prefixed_steps_are_steps(string line, int number, int total, string name) =>
        new BuildKitOutputParser("web-ui").Read(line).ShouldBe(new BuildProgress("web-ui", number, total, name, Cached: false));

    [Theory]
    [InlineData("#1 [internal] load build definition from Dockerfile")]
    [InlineData("#7 exporting to image")]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("#99999999999999999999 x")]
    public void What_is_no_step_is_no_progress(string line) =>
        new BuildKitOutputParser("web-ui").Read(line).ShouldNotBeAssignableTo<BuildProgress>();

    private static (IReadOnlyList<ReleaseEvent> Events, BuildFailure Failure) Parse(string recording)
    {
        var parser = new BuildKitOutputParser("web-ui");
        var events = Recording.Lines(recording).Select(parser.Read).OfType<ReleaseEvent>().ToList();
        return (events, parser.Failure);
    }
}
