namespace ReleaseTools.Engine.Rollouts;

/// <summary>The watchers of deployments that are still being started, one for each cluster.</summary>
/// <param name="clusters">The cluster of each start that is to come.</param>
/// <param name="watcherOf">Makes the watcher of a cluster.</param>
/// <param name="cancellationToken">Ends the watch.</param>
internal sealed class RolloutWatches(IEnumerable<string> clusters, Func<string, RolloutWatcher> watcherOf, CancellationToken cancellationToken) : IDisposable
{
    private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    private readonly Dictionary<string, int> toCome =
        clusters.GroupBy(cluster => cluster, StringComparer.Ordinal).ToDictionary(of => of.Key, of => of.Count(), StringComparer.Ordinal);
    private readonly Dictionary<string, RolloutWatcher> watchers = new(StringComparer.Ordinal);
    private readonly List<Task<IReadOnlyDictionary<StartedRollout, RolloutResult>>> watching = [];

    /// <summary>Says that a start is over; where a deployment came of it, it is watched from now on.</summary>
    public void Add(string cluster, StartedRollout? started)
    {
        lock (toCome)
        {
            var isLast = --toCome[cluster] == 0;
            var isFirst = !watchers.TryGetValue(cluster, out var watcher) && started is not null;
            if (isFirst)
                watchers[cluster] = watcher = watcherOf(cluster);
            if (started is not null)
                watcher!.Add(started);
            if (isLast)
                watcher?.Complete(); // before the watch begins, where it is the only one
            if (isFirst)
                watching.Add(watcher!.WatchAsync(stop.Token));
        }
    }

    /// <summary>What became of each, once all starts are over.</summary>
    public async Task<IReadOnlyDictionary<StartedRollout, RolloutResult>> EndAsync()
    {
        var ended = await Task.WhenAll(watching);
        return ended.SelectMany(of => of).ToDictionary(ReferenceEqualityComparer.Instance);
    }

    /// <summary>Ends the watch of those that go on, and says that they do.</summary>
    public async Task BreakOffAsync()
    {
        Stop();
        await Task.WhenAll(watching.Select(Task (one) => one)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Stop() => stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();
}
