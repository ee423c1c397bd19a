using Microsoft.Extensions.Time.Testing;

namespace ReleaseTools.Engine.Tests.Doubles;

/// <summary>A clock that steps to the end of every wait as soon as it begins.</summary>
internal sealed class JumpingTime : FakeTimeProvider
{
    public JumpingTime()
        : this(new DateTimeOffset(2026, 5, 4, 10, 0, 0, TimeSpan.Zero))
    {
    }

    public JumpingTime(DateTimeOffset start)
        : base(start)
    {
    }

    public TimeSpan Passed => GetUtcNow() - Start;

    /// <summary>Called before each wait, with its length.</summary>
    public Action<TimeSpan>? OnWait { get; set; }

    /// <summary>How far it steps whenever it is read as a timestamp.</summary>
    public TimeSpan Creep { get; set; }

    public override long GetTimestamp()
    {
        if (Creep > TimeSpan.Zero)
            Advance(Creep);
        return base.GetTimestamp();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (state is CancellationTokenSource)
            return base.CreateTimer(callback, state, dueTime, period); // a limit, which nobody waits for
        OnWait?.Invoke(dueTime);
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero)
            Advance(dueTime);
        return timer;
    }
}
