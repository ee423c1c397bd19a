using ReleaseTools.Engine.Rollouts;
using ReleaseTools.Engine.Tests.Doubles;

namespace ReleaseTools.Engine.Tests.Rollouts;

public sealed class CallPaceTests
{
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
