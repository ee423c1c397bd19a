using System.Threading.Channels;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Watches the deployments of one cluster's services together, in rounds of looks at all that are open. Deployments join while
/// others are watched; its watch is over when all are in and have ended, or their time has run out.
/// </summary>
/// <param name="aws">The session.</param>
/// <param name="observer">Who is told.</param>
/// <param name="time">The clock.</param>
/// <param name="cluster">The cluster.</param>
/// <param name="options">How they are watched; each has the whole of the time, from when it joined.</param>
/// <param name="calls">The pace that watchers share, and whoever starts deployments meanwhile.</param>
/// <param name="finish">What is yet to be found out when a deployment has ended, before its end is told; the others are watched meanwhile.</param>
internal sealed class RolloutWatcher(
    AwsSession aws, IReleaseObserver observer, TimeProvider time, string cluster, RolloutOptions options, CallPace calls, Func<StartedRollout, RolloutResult, Task<RolloutResult>> finish)
{
    // Quick at first, when what is wrong shows. With the calls on top, a verdict is at most five seconds behind the deployment's end.
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(4);

    private readonly Channel<StartedRollout> coming = Channel.CreateUnbounded<StartedRollout>();
    private readonly TaskCompletionSource allIn = new();
    private List<WatchedService> open = [];

    /// <summary>Has a deployment watched, too. Where the watch was broken off, it goes on without.</summary>
    public void Add(StartedRollout started)
    {
        if (!coming.Writer.TryWrite(started))
            Leave(started);
    }

    /// <summary>Says that no more deployments come.</summary>
    public void Complete() => allIn.TrySetResult();

    /// <summary>Watches these and no more.</summary>
    /// <inheritdoc cref="WatchAsync(CancellationToken)"/>
    public Task<IReadOnlyDictionary<StartedRollout, RolloutResult>> WatchAsync(IEnumerable<StartedRollout> all, CancellationToken cancellationToken)
    {
        foreach (var started in all)
            Add(started);
        Complete();
        return WatchAsync(cancellationToken);
    }

    /// <summary>Waits until every deployment has its verdict, or its time runs out.</summary>
    public async Task<IReadOnlyDictionary<StartedRollout, RolloutResult>> WatchAsync(CancellationToken cancellationToken)
    {
        await Task.Yield(); // whoever starts it goes on to start deployments
        var logs = new CrashLogs(aws, observer, options, calls);
        var ends = new RolloutEnds(observer, time, options, logs, finish, cancellationToken);
        var looks = new RolloutLooks(aws, observer, cluster, calls, logs, ends);
        var pace = new PollPace(Shortest, Longest);
        try
        {
            await RestAsync(Shortest, orAllIn: true, cancellationToken); // so that one look shows all of a few that are started together
            while (MayGoOn())
            {
                var lookedAt = time.GetTimestamp();
                var wait = await LookAsync(looks, ends, cancellationToken) ? pace.After(moved: false) - time.GetElapsedTime(lookedAt) : pace.AfterNoAnswer();
                foreach (var service in open.Where(service => !service.HasEnded && service.TimeLeft <= TimeSpan.Zero))
                    ends.GiveUp(service);
                open.RemoveAll(service => service.HasEnded);
                await RestAsync(open.Select(service => service.TimeLeft).Append(wait).Min(), orAllIn: open.Count == 0, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The wait ends, the deployments do not.
            coming.Writer.TryComplete();
            TakeIn();
            foreach (var service in open.Where(service => !service.HasEnded))
                Leave(service.Started);
            await ends.SettleAsync();
            throw;
        }

        return await ends.ResultsAsync();
    }

    // Whether there is anything to look at, or may be.
    private bool MayGoOn()
    {
        var areAllIn = allIn.Task.IsCompleted; // before they are taken in
        TakeIn();
        return open.Count > 0 || !areAllIn;
    }

    // Those looked at longest ago come first: after a round that AWS broke off, they are the ones it missed.
    private void TakeIn()
    {
        while (coming.Reader.TryRead(out var started))
            open.Add(new WatchedService(started, options, time));
        open = [.. open.OrderBy(service => service.LookedAt)];
    }

    private async Task<bool> LookAsync(RolloutLooks looks, RolloutEnds ends, CancellationToken cancellationToken)
    {
        try
        {
            return await looks.LookAsync(open, cancellationToken);
        }
        catch (ReleaseException refused)
        {
            cancellationToken.ThrowIfCancellationRequested();

            // Nothing more can be seen (a permission that is missing, credentials that expired or cannot be renewed); the
            // deployments go on, and what became of the others is known.
            foreach (var service in open.Where(service => !service.HasEnded))
                ends.EndUnwatched(service, refused);
            return true;
        }
    }

    private async Task RestAsync(TimeSpan wait, bool orAllIn, CancellationToken cancellationToken)
    {
        if (wait <= TimeSpan.Zero || (orAllIn && allIn.Task.IsCompleted))
            return;
        var rest = Task.Delay(wait, time, cancellationToken);
        await (orAllIn ? await Task.WhenAny(rest, allIn.Task) : rest);
        await Task.Yield(); // whoever said that all are in has something else to do
    }

    private void Leave(StartedRollout started) => observer.Report(new LeftRunning(started.Rollout.Service, RolloutText.GoesOn(started.Rollout)));
}
