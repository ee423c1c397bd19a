namespace ReleaseTools.Hosting;

/// <summary>A clock that starts now and runs faster, so that a rehearsal does not take the minutes that AWS takes.</summary>
internal sealed class ScaledClock(double scale) : TimeProvider
{
    private readonly DateTimeOffset startedAt = System.GetUtcNow();
    private readonly long started = System.GetTimestamp();

    /// <inheritdoc/>
    public override long TimestampFrequency => System.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => startedAt + (System.GetElapsedTime(started) * scale);

    /// <inheritdoc/>
    public override long GetTimestamp() => started + (long)((System.GetTimestamp() - started) * scale);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Scaled(dueTime), Scaled(period));

    private TimeSpan Scaled(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? time : time / scale;
}
