using System.Collections.Concurrent;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Images;

/// <summary>Keeps what was reported, in order.</summary>
internal sealed class Recorder : IReleaseObserver
{
    private readonly ConcurrentQueue<ReleaseEvent> events = new();

    public IReadOnlyList<ReleaseEvent> Events => [.. events];

    public IReadOnlyList<T> Of<T>() where T : ReleaseEvent => [.. events.OfType<T>()];

    public void Report(ReleaseEvent happened) => events.Enqueue(happened);
}
