using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace ReleaseTools.Engine.Images;

/// <summary>Runs work over several items at once and gives each result as it comes.</summary>
internal static class Throttled
{
    /// <summary>At most <paramref name="throttleLimit"/> run at a time. Leaving the loop early stops the rest and waits for it.</summary>
    public static async IAsyncEnumerable<TResult> RunAsync<TItem, TResult>(
        IReadOnlyCollection<TItem> items, int throttleLimit, Func<TItem, CancellationToken, Task<TResult>> work, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var results = Channel.CreateUnbounded<TResult>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = throttleLimit, CancellationToken = stop.Token };
        var all = Parallel.ForEachAsync(items, options, async (item, token) => await results.Writer.WriteAsync(await work(item, token), token))
            .ContinueWith(done => results.Writer.TryComplete(Failure(done)), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            await foreach (var result in results.Reader.ReadAllAsync(CancellationToken.None))
                yield return result;
        }
        finally
        {
            await stop.CancelAsync();
            await all;
        }
    }

    private static Exception? Failure(Task done) =>
        done.IsCanceled ? new OperationCanceledException() : done.Exception?.InnerExceptions[0];
}
