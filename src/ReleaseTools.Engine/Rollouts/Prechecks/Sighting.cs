using System.Collections.Concurrent;

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
    /// <summary>What people call a thing of the kind.</summary>
    string Kind { get; }

    /// <summary>The names, by what is asked for together.</summary>
    IEnumerable<IReadOnlyList<string>> Batches(IReadOnlyCollection<string> names);

    /// <summary>Asks for one batch, and puts down what is seen of each.</summary>
    /// <exception cref="Errors.ReleaseException">AWS refused, or did not answer; what is not put down is not known.</exception>
    Task AskAsync(IReadOnlyList<string> batch, ConcurrentDictionary<string, Sighting> seen, CancellationToken cancellationToken);
}
