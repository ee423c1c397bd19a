using ReleaseTools.Engine.Aws;

namespace ReleaseTools.Engine.Tests.Aws;

public sealed class PollPaceTests
{
    private readonly PollPace pace = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));

    [Fact]
    public void While_nothing_moves_waits_grow_to_the_longest() =>
        Enumerable.Range(0, 6).Select(_ => pace.After(moved: false).TotalSeconds).ShouldBe([1, 1.5, 2.25, 3.375, 5, 5]);

    [Fact]
    public void What_moves_is_looked_at_soon_again()
    {
        for (var i = 0; i < 6; i++)
            pace.After(moved: false);
        pace.After(moved: true).ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void Without_an_answer_waits_double_to_half_a_minute_and_recover_with_one()
    {
        Enumerable.Range(0, 6).Select(_ => pace.AfterNoAnswer().TotalSeconds).ShouldBe([2, 4, 8, 16, 30, 30]);
        pace.After(moved: false).ShouldBe(TimeSpan.FromSeconds(5));
    }
}
