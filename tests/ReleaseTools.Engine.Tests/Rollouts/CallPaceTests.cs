using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class CallPaceTests
{
    [Theory]
    [InlineData("UpdateService", 50, 5)]
    [InlineData("RegisterTaskDefinition", 20, 1)]
    public async Task What_changes_things_stays_below_what_ECS_takes(string operation, int burst, double perSecond)
    {
        var time = new JumpingTime();
        var pace = new CallPace(time);
        var (tokens, at) = ((double)burst, TimeSpan.Zero);
        for (var i = 0; i < 300; i++)
        {
            await pace.WaitForAsync(operation, default);
            tokens = Math.Min(burst, tokens + ((time.Passed - at).TotalSeconds * perSecond)) - 1;
            at = time.Passed;
            tokens.ShouldBeGreaterThanOrEqualTo(0);
        }

        (300 / time.Passed.TotalSeconds).ShouldBeGreaterThan(perSecond * 0.75); // and not far below
    }

    [Fact]
    public async Task After_a_burst_of_20_come_15_calls_a_second_of_a_kind_whoever_asks()
    {
        var time = new JumpingTime();
        var pace = new CallPace(time);
        for (var i = 0; i < 80; i++)
            await pace.WaitForAsync("DescribeServices", default);

        time.Passed.TotalSeconds.ShouldBe(4, tolerance: 0.1);
        await pace.WaitForAsync("ListTasks", default);
        time.Passed.TotalSeconds.ShouldBe(4, tolerance: 0.1);
    }
}
