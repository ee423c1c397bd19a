using System.Collections.Concurrent;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>How things are looked for before a rollout, whatever their kind: a look that fails, or takes too long, is no reason not to roll out.</summary>
/// <param name="observer">Who is told.</param>
/// <param name="time">The clock.</param>
/// <param name="limit">Ends the looks that are under way, and those to come.</param>
internal sealed class Looking(IReleaseObserver observer, TimeProvider time, CancellationToken limit)
{
    /// <summary>How many looks are under way at once; the SDK waits where AWS throttles them.</summary>
    private const int AtOnce = 8;

    /// <summary>How long after a first look that missed something a second one comes: what an apply has just made may not be seen at once.</summary>
    public static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(2);

    private readonly ConcurrentQueue<string> tooLate = new();

    /// <summary>What was not looked at, as the time had run out.</summary>
    public IReadOnlyCollection<string> TooLate => tooLate;

    /// <summary>Looks for names, each once, and for those that are missing a second time.</summary>
    public async Task<IReadOnlyDictionary<string, Sighting>> LookAsync(ISightings sightings, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var seen = await AskAsync(sightings, [.. names.Distinct(StringComparer.Ordinal)], cancellationToken);
        var missed = seen.Where(one => one.Value is Sighting.Missing or Sighting.WithoutValue).Select(one => one.Key).ToList();
        if (missed.Count == 0)
            return seen;

        await WaitAsync(cancellationToken);
        foreach (var (name, sighting) in await AskAsync(sightings, missed, cancellationToken))
            seen[name] = sighting;
        return seen;
    }

    /// <summary>Asks, and where no answer can be had, says so.</summary>
    /// <param name="what">What was to be looked at.</param>
    /// <param name="ask">Asks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<T?> TryAsync<T>(string what, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where T : class
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit);
        try
        {
            return await ask(either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            tooLate.Enqueue(what);
            return null;
        }
        catch (ReleaseException unseen)
        {
            observer.Report(new Noted(what, $"could not be looked at before the rollout: {unseen.Message}"));
            return null;
        }
    }

    /// <summary>Asks for each thing once, a few at a time; what no answer can be had of is not among those told.</summary>
    /// <param name="of">The things.</param>
    /// <param name="what">What people call one.</param>
    /// <param name="ask">Asks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyDictionary<TKey, T>> AskAsync<TKey, T>(
        IEnumerable<TKey> of, Func<TKey, string> what, Func<TKey, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
        where TKey : notnull
        where T : class
    {
        var answers = new ConcurrentDictionary<TKey, T>();
        await Parallel.ForEachAsync(of.Distinct(), Parallelism(cancellationToken), async (one, _) =>
        {
            if (await TryAsync(what(one), token => ask(one, token), cancellationToken) is { } answer)
                answers[one] = answer;
        });
        return answers;
    }

    /// <summary>Waits until a second look is worth it, or the time has run out.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit);
        await Task.Delay(SecondLook, time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task<Dictionary<string, Sighting>> AskAsync(ISightings sightings, IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var seen = new ConcurrentDictionary<string, Sighting>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(sightings.Batches(names), Parallelism(cancellationToken), async (batch, _) =>
            await TryAsync($"{sightings.Kind} {string.Join(", ", batch)}", async token =>
            {
                await sightings.AskAsync(batch, seen, token);
                return seen;
            }, cancellationToken));
        return names.ToDictionary(name => name, name => seen.GetValueOrDefault(name, Sighting.Unknown), StringComparer.Ordinal);
    }

    private static ParallelOptions Parallelism(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
}
