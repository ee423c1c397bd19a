namespace ReleaseTools.Sandbox.Server;

/// <summary>Counts the requests that are being answered, so that the end of the sandbox can wait for theirs.</summary>
internal sealed class RequestsUnderWay : IDisposable
{
    // The one above the requests is the listening itself.
    private readonly CountdownEvent count = new(1);

    /// <summary>Counts a request in; false when no more are taken.</summary>
    public bool TryEnter() => count.TryAddCount();

    /// <summary>Counts a request out.</summary>
    public void Leave() => count.Signal();

    /// <summary>Says that no more requests come in; those under way go on.</summary>
    public void Close() => count.Signal();

    /// <summary>Waits for the requests under way; false when the time was too short.</summary>
    public bool Wait(TimeSpan limit) => count.Wait(limit);

    public void Dispose() => count.Dispose();
}
