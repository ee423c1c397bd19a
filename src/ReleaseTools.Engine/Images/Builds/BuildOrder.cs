namespace ReleaseTools.Engine.Images.Builds;

/// <summary>Which images wait for which: those whose reference they are built from, and those the definition puts before them.</summary>
public static class BuildOrder
{
    /// <summary>The names of the images that an image waits for, each once.</summary>
    public static IReadOnlyList<string> WaitsFor(ReleaseImage image) => [.. image.BaseImages.Values.Concat(image.After).Distinct(StringComparer.Ordinal)];

    /// <summary>Images in an order in which each comes after those it waits for; otherwise as they are given.</summary>
    /// <param name="images">The images; one that is waited for and not among them is passed over.</param>
    public static IReadOnlyList<ReleaseImage> Sort(IReadOnlyList<ReleaseImage> images)
    {
        var sorted = new List<ReleaseImage>(images.Count);
        foreach (var image in images)
            Add(image);
        return sorted;

        void Add(ReleaseImage image)
        {
            if (sorted.Contains(image))
                return;
            foreach (var name in WaitsFor(image))
            {
                if (images.FirstOrDefault(other => string.Equals(other.Name, name, StringComparison.Ordinal)) is { } before)
                    Add(before);
            }

            sorted.Add(image);
        }
    }

    /// <summary>The way on which an image waits for itself, from its name to its name; null when there is none.</summary>
    /// <param name="name">The image.</param>
    /// <param name="waitsFor">Gives the names of the images that one waits for.</param>
    internal static IReadOnlyList<string>? FindCycle(string name, Func<string, IEnumerable<string>> waitsFor)
    {
        var visited = new HashSet<string>(StringComparer.Ordinal);
        return Find([name]);

        IReadOnlyList<string>? Find(IReadOnlyList<string> way)
        {
            foreach (var next in waitsFor(way[^1]))
            {
                if (string.Equals(next, name, StringComparison.Ordinal))
                    return [.. way, next];
                if (visited.Add(next) && Find([.. way, next]) is { } found)
                    return found;
            }

            return null;
        }
    }
}
