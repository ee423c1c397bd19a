using Microsoft.Extensions.Time.Testing;

namespace ReleaseTools.Sandbox.Tests;

public sealed class ScaledTimeProviderTests
{
    private readonly FakeTimeProvider wall = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public void It_starts_at_the_present_and_runs_as_many_times_faster()
    {
        var clock = new ScaledTimeProvider(60, wall);
        var start = clock.GetTimestamp();
        clock.GetUtcNow().ShouldBe(wall.GetUtcNow());

        wall.Advance(TimeSpan.FromSeconds(2));

        clock.GetUtcNow().ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 2, 0, TimeSpan.Zero));
        clock.GetElapsedTime(start).ShouldBe(TimeSpan.FromMinutes(2));
    }

    [Fact]
    public void Its_timers_run_faster_too()
    {
        var clock = new ScaledTimeProvider(60, wall);
        var ticks = 0;
        using var timer = clock.CreateTimer(_ => ticks++, null, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(1));

        wall.Advance(TimeSpan.FromSeconds(3));

        ticks.ShouldBe(3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void Time_runs_forward(double scale) => Should.Throw<ArgumentOutOfRangeException>(() => new ScaledTimeProvider(scale, wall));
}
