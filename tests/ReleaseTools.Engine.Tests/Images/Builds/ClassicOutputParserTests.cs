using ReleaseTools.Engine.Images.Builds;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Images.Builds;

public sealed class ClassicOutputParserTests
{
    [Fact]
    public void Each_step_is_reported_and_a_cached_one_is_said_to_be()
    {
        var parser = new ClassicOutputParser("web-ui");

        var progress = Recording.Lines("classic-28-cached.txt").Select(parser.Read).OfType<BuildProgress>().ToList();

        progress.Where(step => !step.Cached).Select(step => step.Number).ShouldBe(Enumerable.Range(1, 8));
        progress.Where(step => step.Cached).Select(step => step.Name).ShouldContain("COPY b /b");
    }

    [Fact]
    public void A_failing_step_is_known_by_its_place_its_exit_code_and_its_lines()
    {
        var parser = new ClassicOutputParser("web-ui");
        foreach (var line in Recording.Lines("classic-28-run-fails.txt"))
            parser.Read(line);

        parser.Failure.Step.ShouldBe("[3/3] RUN echo working; exit 3");
        parser.Failure.ExitCode.ShouldBe(3);
        parser.Failure.Lines.ShouldContain("working");
    }
}
