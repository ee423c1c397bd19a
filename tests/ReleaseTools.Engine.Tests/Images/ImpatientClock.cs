using Microsoft.Extensions.Time.Testing;

namespace ReleaseTools.Engine.Tests.Images;

/// <summary>A clock that steps on as soon as somebody waits, by just as much as is waited for.</summary>
internal sealed class ImpatientClock : FakeTimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero)
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime)); // the waiter must have its timer first
        return timer;
    }
}
