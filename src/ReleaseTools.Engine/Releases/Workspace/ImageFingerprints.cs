using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Releases.Definition;

namespace ReleaseTools.Engine.Releases.Workspace;

/// <summary>The fingerprints of a workspace's images: what each is made of, the images it begins with included.</summary>
/// <param name="workspace">The workspace.</param>
/// <param name="definition">Its definition.</param>
/// <param name="settle">Gives an image as it is to be built.</param>
public sealed class ImageFingerprints(ReleaseWorkspace workspace, ReleaseDefinition definition, Func<ReleaseImage, CancellationToken, Task<ReleaseImage>> settle)
{
    /// <summary>The fingerprint of an image that is settled; null where its changes, or those of an image it begins with, cannot be told.</summary>
    /// <exception cref="ReleaseException"><c>BaseImageMissing</c>: the definition has no such image.</exception>
    public async Task<string?> OfAsync(ReleaseImage image, CancellationToken cancellationToken)
    {
        var bases = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var name in image.BaseImages.Values.Distinct(StringComparer.Ordinal))
        {
            var other = definition.FindImage(name) ?? throw ReleaseException.For(nameof(Messages.BaseImageMissing), ErrorKind.InvalidState, image.Name, image.Name, name);
            bases[name] = await OfAsync(await settle(other, cancellationToken), cancellationToken);
        }

        return await workspace.FingerprintAsync(image, bases, cancellationToken);
    }
}
