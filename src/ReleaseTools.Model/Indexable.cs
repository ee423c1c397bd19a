namespace ReleaseTools;

/// <summary>
/// Lists as records hand them out. The type that the compiler makes of a list expression has no indexer that PowerShell finds:
/// <c>$rollout.RunningDigests[0]</c> would be an error, or nothing.
/// </summary>
internal static class Indexable
{
    /// <summary>The same items in an array.</summary>
    public static T[] Of<T>(IReadOnlyList<T> items) => items as T[] ?? [.. items];
}
