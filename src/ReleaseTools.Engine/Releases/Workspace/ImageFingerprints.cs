using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;
using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Releases.Workspace;

/// <summary>The fingerprints of a workspace's images: what each is made of, the images it begins with included.</summary>
/// <param name="workspace">The workspace.</param>
/// <param name="definition">Its definition.</param>
/// <param name="settle">Gives an image as it is to be built.</param>
public sealed class ImageFingerprints(ReleaseWorkspace workspace, ReleaseDefinition definition, Func<ReleaseImage, CancellationToken, Task<ReleaseImage>> settle)
{
    private readonly object gate = new();
    private readonly List<(ImageSources[] Images, Task<SourceListing?> Listing)> looks = [];
    private Lazy<ImageSources[]> expected = new([]);

    /// <summary>Says which images will be asked for, so that the first look at the workspace does for all of them. Nothing is looked at yet.</summary>
    public void Expect(IEnumerable<ReleaseImage> images)
    {
        var all = images.ToList();
        expected = new(() => [.. all.Select(image => new ImageSources(image)).Where(sources => sources.IsKnown)]);
    }

    /// <summary>Looks at the workspace for all images that will be asked for.</summary>
    /// <exception cref="ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public Task LookAsync(IEnumerable<ReleaseImage> images, CancellationToken cancellationToken)
    {
        Expect(images);
        return expected.Value.MinBy(sources => sources.NeedsOwnLook) is { } first ? ListAsync(first, cancellationToken) : Task.CompletedTask;
    }

    /// <summary>The fingerprint of an image that is settled; null where its changes, or those of an image it begins with, cannot be told.</summary>
    /// <exception cref="ReleaseException"><c>BaseImageMissing</c>: the definition has no such image. <c>SourceUnreadable</c>, GitFailed, GitRefusesOwner.</exception>
    public async Task<string?> OfAsync(ReleaseImage image, CancellationToken cancellationToken)
    {
        var bases = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var name in image.BaseImages.Values.Distinct(StringComparer.Ordinal))
        {
            var other = definition.FindImage(name) ?? throw ReleaseException.For(nameof(Messages.BaseImageMissing), ErrorKind.InvalidState, image.Name, image.Name, name);
            bases[name] = await OfAsync(await settle(other, cancellationToken), cancellationToken);
        }

        var sources = new ImageSources(image);
        return sources.IsKnown
            ? await SourceFingerprint.ComputeAsync(image, sources, await ListAsync(sources, cancellationToken), bases, cancellationToken)
            : null;
    }

    /// <summary>Says in what a checkout of the commit would be another source of an image than the workspace is; null where in nothing, and where its changes cannot be told.</summary>
    /// <exception cref="ReleaseException"><c>SourceUnreadable</c>, GitFailed, GitRefusesOwner.</exception>
    public async Task<string?> DifferenceFromCommitAsync(ReleaseImage image, CancellationToken cancellationToken)
    {
        var sources = new ImageSources(image);
        if (!sources.IsKnown)
            return null;
        if (await workspace.GitAsync(cancellationToken) is not { } git || await ListAsync(sources, cancellationToken) is not { } here)
            return "git does not tell what this workspace has of it";
        if (await git.IsDirtyAsync(cancellationToken))
            return "this workspace differs from its own";
        return await CommittedSources.FindDifferenceAsync(image, sources, here, git, cancellationToken) is { } file ? $"{file} is not in it as it is here" : null;
    }

    /// <summary>A listing of what lies at an image's paths, of an earlier look where one has been there.</summary>
    private Task<SourceListing?> ListAsync(ImageSources sources, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            var look = looks.Find(look => Array.Exists(look.Images, seen => seen.IsSeenWith(sources)));
            if (look.Listing is null)
                looks.Add(look = Look(sources.NeedsOwnLook ? [sources] : [sources, .. expected.Value.Where(other => !other.NeedsOwnLook)], cancellationToken));
            return look.Listing;
        }
    }

    private (ImageSources[] Images, Task<SourceListing?> Listing) Look(ImageSources[] images, CancellationToken cancellationToken)
    {
        var names = images.SelectMany(image => image.Names).Distinct(StringComparer.Ordinal).ToList();
        return (images, workspace.ListAsync(names, Array.Exists(images, image => image.NeedsUnignored), cancellationToken));
    }
}
