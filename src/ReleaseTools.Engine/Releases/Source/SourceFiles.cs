using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>The files that count for an image, each with the id of its content.</summary>
internal static class SourceFiles
{
    /// <param name="image">The image.</param>
    /// <param name="sources">What it is made of.</param>
    /// <param name="listing">What lies there, and perhaps elsewhere, as git lists it; null outside git.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Errors.ReleaseException">SourceUnreadable.</exception>
    public static async Task<List<SourceFile>> OfAsync(ReleaseImage image, ImageSources sources, SourceListing? listing, CancellationToken cancellationToken)
    {
        var files = new List<SourceFile>(listing?.Known.Count ?? 0);
        foreach (var file in listing?.Known ?? [])
        {
            if (sources.Has(file.Name))
                Take(file, isSource: true);
        }

        // Git does not know what it ignores, such as a dist/ that is built before the image; the build sends it to Docker all the
        // same. Without git nobody can say what is a source, so all may be.
        IEnumerable<string> others = listing is null ? sources.Names : [.. listing.OthersAt(sources.Names), .. listing.Unignored.Where(sources.Has)];
        var read = await FileSources.ReadAsync(
            WorkspacePaths.Real(image.Workspace),
            others,
            (name, isFolder) => isFolder ? sources.IsLeftOutWhole(name, IsSource(name)) : sources.UseOf(name, IsSource(name)) == SourceUse.None,
            listing?.Ids ?? BlobId.Sha1,
            cancellationToken).ConfigureAwait(false);
        if (read.Count > 0)
        {
            // What is read as a whole may hold a repository that was listed by itself.
            var known = files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
            foreach (var file in read.Where(file => !known.Contains(file.Name)))
                Take(file, IsSource(file.Name));
        }

        return files;

        bool IsSource(string name) => listing?.IsUnignored(name) ?? true;

        void Take(SourceFile file, bool isSource)
        {
            if (sources.UseOf(file.Name, isSource) is not SourceUse.None and var use)
                files.Add(use == SourceUse.Build ? file : file with { IsSent = false });
        }
    }
}
