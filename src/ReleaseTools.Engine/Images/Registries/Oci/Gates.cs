using System.Collections.Concurrent;

namespace ReleaseTools.Engine.Images.Registries.Oci;

/// <summary>Lets one at a time in for each key, so that what several need at once is fetched once.</summary>
internal sealed class Gates<TKey> : IDisposable
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, SemaphoreSlim> byKey;

    public Gates(IEqualityComparer<TKey> comparer) => byKey = new(comparer);

    public async Task<T> EnterAsync<T>(TKey key, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        var gate = byKey.GetOrAdd(key, _ => new SemaphoreSlim(1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            return await work();
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose()
    {
        foreach (var gate in byKey.Values)
            gate.Dispose();
    }
}
