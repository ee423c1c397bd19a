using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts.Prechecks;

/// <summary>What a look for something at AWS told.</summary>
internal enum Sighting
{
    /// <summary>It could not be looked at: nothing is known, and nothing is held against it.</summary>
    Unknown,

    /// <summary>It is there.</summary>
    There,

    /// <summary>It is not there.</summary>
    Missing,

    /// <summary>A secret that was scheduled for deletion.</summary>
    BeingDeleted,

    /// <summary>A secret that has no value yet.</summary>
    WithoutValue,
}

/// <summary>Looks for things of one kind, by name; never at their values.</summary>
internal interface ISightings
{
    /// <summary>What was seen of each name.</summary>
    Task<IReadOnlyDictionary<string, Sighting>> LookAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken);
}

/// <summary>How things are looked for, whatever their kind.</summary>
internal static class Looking
{
    /// <summary>How many looks are under way at once; the SDK waits where AWS throttles them.</summary>
    public const int AtOnce = 8;

    /// <summary>How long after a first look that missed something a second one comes: what an apply has just made may not be seen at once.</summary>
    public static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(2);

    /// <summary>Looks for names, each once, and for those that are missing a second time.</summary>
    public static async Task<IReadOnlyDictionary<string, Sighting>> LookAsync(ISightings sightings, IEnumerable<string> names, TimeProvider time, CancellationToken cancellationToken)
    {
        var seen = new Dictionary<string, Sighting>(await sightings.LookAsync([.. names.Distinct(StringComparer.Ordinal)], cancellationToken), StringComparer.Ordinal);
        var missed = seen.Where(one => one.Value is Sighting.Missing or Sighting.WithoutValue).Select(one => one.Key).ToList();
        if (missed.Count == 0)
            return seen;

        await Task.Delay(SecondLook, time, cancellationToken);
        foreach (var (name, sighting) in await sightings.LookAsync(missed, cancellationToken))
            seen[name] = sighting;
        return seen;
    }

    /// <summary>Asks, and where no answer can be had, says so: a look that fails is no reason not to roll out.</summary>
    /// <param name="observer">Who is told.</param>
    /// <param name="what">What was to be looked at.</param>
    /// <param name="ask">Asks.</param>
    public static async Task<T?> TryAsync<T>(IReleaseObserver observer, string what, Func<Task<T>> ask)
        where T : class
    {
        try
        {
            return await ask();
        }
        catch (ReleaseException unseen)
        {
            observer.Report(new Noted(what, $"could not be looked at before the rollout: {unseen.Message}"));
            return null;
        }
    }
}
