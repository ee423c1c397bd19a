using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Doubles;

internal sealed class RecordingObserver : IReleaseObserver
{
    private readonly List<ReleaseEvent> events = [];

    public IReadOnlyList<T> Of<T>()
        where T : ReleaseEvent
    {
        lock (events)
            return [.. events.OfType<T>()];
    }

    public void Report(ReleaseEvent happened)
    {
        lock (events)
            events.Add(happened);
    }
}
