using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;
using ReleaseTools.Engine.Images.Registries.Oci;

namespace ReleaseTools.Engine.Tests.Images.Registries.Oci;

/// <summary>A clock that steps to the end of a wait as soon as it begins, and leaves the time that an attempt may take alone.</summary>
internal sealed class RetryClock : FakeTimeProvider
{
    public ConcurrentQueue<TimeSpan> Waits { get; } = new();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime < RegistryTransport.LongestAttempt)
        {
            Waits.Enqueue(dueTime);
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime)); // the waiter must have its timer first
        }

        return timer;
    }
}
