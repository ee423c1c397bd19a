namespace ReleaseTools.Engine.Releases.Source;

/// <summary>Names that git's index holds, and whether a name on disk is one of them.</summary>
/// <remarks>
/// Most disks of Windows and macOS do not mind the case, and macOS may take a letter apart. There a name that the index spells
/// otherwise is known, unless the index's own spelling lies beside it: then the disk does tell them apart.
/// </remarks>
/// <param name="folds">Whether to look for other spellings at all.</param>
internal sealed class KnownNames(bool folds)
{
    private readonly HashSet<string> exact = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> folded = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds a name; false where it is there.</summary>
    public bool Add(string name)
    {
        if (folds)
            folded.TryAdd(name.Normalize(), name);
        return exact.Add(name);
    }

    /// <summary>Whether a name on disk is known.</summary>
    /// <param name="name">The name.</param>
    /// <param name="beside">What lies in its folder, those of folders with a slash at the end.</param>
    public bool Contains(string name, IReadOnlyList<string> beside) => exact.Contains(name) || (folds && IsSpelledOtherwise(name, beside));

    private bool IsSpelledOtherwise(string name, IReadOnlyList<string> beside) =>
        folded.TryGetValue(name.Normalize(), out var known)
        && (Leaf(known).SequenceEqual(Leaf(name)) || !beside.Any(other => Leaf(other.TrimEnd('/')).SequenceEqual(Leaf(known))));

    private static ReadOnlySpan<char> Leaf(string name) => name.AsSpan(name.LastIndexOf('/') + 1);
}
