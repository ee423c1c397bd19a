namespace ReleaseTools.Engine.Releases.Source;

/// <summary>Compares what an image is made of here with what a checkout of the commit would make it of.</summary>
/// <remarks>
/// That a tree is clean does not make them the same. What git ignores gets into a build all the same, what git was told to look away
/// from may be changed or not be there, and a disk's modes may be others than git takes it to have. Of a submodule the commit has no
/// more than a commit, which whoever builds may fetch or not.
/// </remarks>
internal static class CommittedSources
{
    /// <summary>A file that a checkout would have otherwise, or only here, or not here; the first of several, and null where there is none.</summary>
    /// <param name="image">The image.</param>
    /// <param name="sources">What it is made of.</param>
    /// <param name="here">What lies there, as git lists it.</param>
    /// <param name="git">The workspace as git sees it.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Errors.ReleaseException">GitFailed, SourceUnreadable.</exception>
    public static async Task<string?> FindDifferenceAsync(ReleaseImage image, ImageSources sources, SourceListing here, GitSnapshot git, CancellationToken cancellationToken)
    {
        var committed = await git.ListCommitAsync([.. sources.Names, .. sources.IgnoreFiles], cancellationToken).ConfigureAwait(false);
        var differing = (await SourceFiles.OfAsync(image, sources, here, cancellationToken).ConfigureAwait(false)).ToHashSet();
differing.SymmetricExceptWith(await SourceFiles.OfAsync(image, sources, committed, cancellationToken).ConfigureAwait(false));

        // Which files count was asked of the ignore file that lies here.
        var ignoreFiles = (await git.ReadAsync(sources.IgnoreFiles, cancellationToken).ConfigureAwait(false)).ToHashSet();
        ignoreFiles.SymmetricExceptWith(committed.Known.Where(file => sources.IgnoreFiles.Contains(file.Name, StringComparer.Ordinal)));
        return differing.Concat(ignoreFiles).Select(file => file.Name).Min(StringComparer.Ordinal);
    }
}
