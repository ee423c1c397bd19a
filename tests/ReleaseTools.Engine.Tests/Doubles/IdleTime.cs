using System.Collections.Concurrent;

namespace ReleaseTools.Engine.Tests.Doubles;

/// <summary>
/// A clock for work that waits in several places at once: it goes on to the next wait's end when nothing else is left to do. The
/// work runs on one thread, so that it takes the same course each time.
/// </summary>
internal sealed class IdleTime : TimeProvider
{
    private readonly DateTimeOffset start = new(2026, 5, 4, 10, 0, 0, TimeSpan.Zero);
    private readonly List<Timer> timers = [];
    private DateTimeOffset now = new(2026, 5, 4, 10, 0, 0, TimeSpan.Zero);

    public TimeSpan Passed => now - start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Does the work to its end.</summary>
    public T Run<T>(Func<Task<T>> work)
    {
        var former = SynchronizationContext.Current;
        var turns = new Turns();
        SynchronizationContext.SetSynchronizationContext(turns);
        try
        {
            var task = work();
            while (!task.IsCompleted)
            {
                if (!turns.TryTakeOne())
                    GoOn();
            }

            return task.GetAwaiter().GetResult();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(former);
        }
    }

    private void GoOn()
    {
        var next = timers.MinBy(timer => timer.Due) ?? throw new InvalidOperationException("It waits for something that never comes.");
        timers.Remove(next);
        now = next.Due > now ? next.Due : now;
        next.Fire();
    }

    private sealed class Timer(IdleTime time, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public Action Fire => fire;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            time.timers.Remove(this);
            if (dueTime == Timeout.InfiniteTimeSpan)
                return true;
            Due = time.now + dueTime;
            time.timers.Add(this);
            return true;
        }

        public void Dispose() => time.timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Turns : SynchronizationContext
    {
        private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> turns = new();

        public override void Post(SendOrPostCallback d, object? state) => turns.Enqueue((d, state));

        public bool TryTakeOne()
        {
            if (!turns.TryDequeue(out var turn))
                return false;
            turn.Callback(turn.State);
            return true;
        }
    }
}
