namespace ReleaseTools.Sandbox;

/// <summary>A clock that starts at the present and runs faster (or slower) than the one it is made from, timers too.</summary>
public sealed class ScaledTimeProvider : TimeProvider
{
    private readonly TimeProvider source;
    private readonly double scale;
    private readonly DateTimeOffset start;
    private readonly long startTimestamp;

    /// <summary>A clock that runs <paramref name="scale"/> times as fast as <paramref name="source"/> (the system's when null).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The scale is not a positive number.</exception>
    public ScaledTimeProvider(double scale, TimeProvider? source = null)
    {
        if (!double.IsFinite(scale) || scale <= 0)
            throw new ArgumentOutOfRangeException(nameof(scale), scale, "The scale of time must be greater than zero.");
        this.scale = scale;
        this.source = source ?? System;
        start = this.source.GetUtcNow();
        startTimestamp = this.source.GetTimestamp();
    }

    /// <inheritdoc />
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc />
    public override TimeZoneInfo LocalTimeZone => source.LocalTimeZone;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => start + new TimeSpan(GetTimestamp());

    /// <inheritdoc />
    public override long GetTimestamp() => (long)(source.GetElapsedTime(startTimestamp).Ticks * scale);

    /// <inheritdoc />
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new ScaledTimer(source.CreateTimer(callback, state, Scaled(dueTime), Scaled(period)), this);

    private TimeSpan Scaled(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / scale;

    private sealed class ScaledTimer(ITimer timer, ScaledTimeProvider clock) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(clock.Scaled(dueTime), clock.Scaled(period));

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
