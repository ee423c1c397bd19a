namespace ReleaseTools.Engine.Reporting;

/// <summary>
/// Listens to what happens. Engine code says it here and nowhere else; listeners make progress bars, streams, the
/// journal and CI commands of it. Called from any thread, and must not block or throw.
/// </summary>
public interface IReleaseObserver
{
    /// <summary>Something happened.</summary>
    void Report(ReleaseEvent happened);
}
