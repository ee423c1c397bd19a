using System.Collections.Concurrent;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>Work over several items at once, begun in their order. Unlike <see cref="Parallel"/> it stays in its caller's context.</summary>
internal static class InParallel
{
    /// <summary>Does the work for each item, at most so many at a time. Where one throws, the others are stopped and no more begun.</summary>
    public static async Task ForEachAsync<T>(IEnumerable<T> items, int most, Func<T, CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = new ConcurrentQueue<T>(items);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(most, waiting.Count)).Select(_ => WorkAsync()).ToList());

        async Task WorkAsync()
        {
            try
            {
                while (waiting.TryDequeue(out var item))
                {
                    stop.Token.ThrowIfCancellationRequested();
                    await work(item, stop.Token);
                }
            }
            catch
            {
                await stop.CancelAsync();
                throw;
            }
        }
    }
}
