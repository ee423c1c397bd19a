using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>
/// A hash over everything an image is made of: where ECR holds an image with the same fingerprint, it need not be built. It is made of
/// paths, modes and git's ids of contents, so the same files have the same fingerprint on every machine, whether they are committed or
/// not, and a file that is as git knows it is not read.
/// </summary>
/// <remarks>
/// Besides the files these count: target, platform, build arguments, whether the build gets the whole context, where context and
/// Dockerfile lie, the commands that are run first with their folders, the ids of the secrets, and the fingerprints of base images.
/// What does not count: labels, caches, what secrets are and where they come from, and what the commands make. Git's ids are of
/// contents as git stores them; line ends that a checkout converts do not count. What git does not know yet is taken as it lies on disk.
/// </remarks>
public static class SourceFingerprint
{
    // Half of a SHA-256: it becomes a tag that people read, and 128 bits are beyond any accident.
    private const int Length = 32;

    private const string Format = "3";

    /// <summary>
    /// The fingerprint, 32 hexadecimal digits; null where changes cannot be told: the definition names no inputs or only what
    /// its commands make, a base image has no fingerprint, or a file's name is no text.
    /// </summary>
    /// <param name="image">The image.</param>
    /// <param name="git">The workspace as git sees it; null outside git, where files are read instead.</param>
    /// <param name="baseFingerprints">The fingerprints of the image's base images, by the images' names.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Errors.ReleaseException">GitFailed, GitRefusesOwner, SourceUnreadable.</exception>
    public static async Task<string?> ComputeAsync(
        ReleaseImage image, GitSnapshot? git, IReadOnlyDictionary<string, string?> baseFingerprints, CancellationToken cancellationToken)
    {
        var sources = new ImageSources(image);
        if (!sources.IsKnown)
            return null;
        var listing = git is null ? null : await git.ListAsync(sources.Names, sources.NeedsUnignored, cancellationToken).ConfigureAwait(false);
        return await ComputeAsync(image, sources, listing, baseFingerprints, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc cref="ComputeAsync(ReleaseImage, GitSnapshot?, IReadOnlyDictionary{string, string?}, CancellationToken)"/>
    /// <param name="image">The image.</param>
    /// <param name="sources">What it is made of.</param>
    /// <param name="listing">What lies there, and perhaps elsewhere, as git lists it; null outside git.</param>
    /// <param name="baseFingerprints">The fingerprints of the image's base images, by the images' names.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal static async Task<string?> ComputeAsync(
        ReleaseImage image, ImageSources sources, SourceListing? listing, IReadOnlyDictionary<string, string?> baseFingerprints, CancellationToken cancellationToken)
    {
        if (!sources.IsKnown || image.BaseImages.Values.Any(name => baseFingerprints.GetValueOrDefault(name) is null))
            return null;
        var files = await SourceFiles.OfAsync(image, sources, listing, cancellationToken).ConfigureAwait(false);
        files.Sort((one, other) => string.CompareOrdinal(one.Name, other.Name));
        using var hash = new ContentHash();
        AddSettings(hash, image, baseFingerprints);
        foreach (var file in files)
        {
            if (!SourceName.IsText(file.Name))
                return null;
            hash.Add(file.Name, file.Mode, file.Id, file.IsSent ? "sent" : "seen");
        }

        return hash.ToHex()[..Length];
    }

    private static void AddSettings(ContentHash hash, ReleaseImage image, IReadOnlyDictionary<string, string?> baseFingerprints)
    {
        hash.Add("format", Format);
        hash.Add("context", NameOf(image.Context ?? image.Workspace));
        hash.Add("whole context", image.WholeContext ? "yes" : "no");
        hash.Add("dockerfile", image.Dockerfile is null ? null : NameOf(image.Dockerfile));
        hash.Add("target", image.Target);
        hash.Add("platform", image.Platform ?? (image.Builder == ImageBuilder.CodeBuild ? null : ReleaseImage.DefaultPlatform));
        foreach (var (name, value) in image.BuildArgs.OrderBy(argument => argument.Key, StringComparer.Ordinal))
            hash.Add($"argument {name}", value);
        foreach (var (argument, name) in image.BaseImages.OrderBy(argument => argument.Key, StringComparer.Ordinal))
            hash.Add($"base image {argument}", baseFingerprints[name]);
        foreach (var before in image.Before)
        {
            hash.Add("run in", NameOf(before.Directory));
            hash.Add("command", [.. before.Command]);
        }

        foreach (var id in image.Secrets.Select(secret => secret.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
            hash.Add("secret", id);
        foreach (var input in image.Inputs.Append(image.Dockerfile).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            // Where an input is reached over a link, that it is.
            var (named, real) = (NameOf(input), SourceName.Of(WorkspacePaths.Real(image.Workspace), WorkspacePaths.Real(input)));
            if (!string.Equals(named, real, StringComparison.Ordinal))
                hash.Add($"link {named}", real);
        }

        string NameOf(string path) => SourceName.Of(image.Workspace, path);
    }
}
