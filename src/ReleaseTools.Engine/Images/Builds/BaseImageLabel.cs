namespace ReleaseTools.Engine.Images.Builds;

/// <summary>
/// The label by which an image says which image of the definition it was built on: the id of that one on the engine, or its digest in
/// the registry. No annotation of the image specification says it: <c>org.opencontainers.image.base.digest</c> is a manifest's digest, which
/// an image that was just built and not yet pushed does not have.
/// </summary>
internal static class BaseImageLabel
{
    private const string Prefix = "releasetools.base.";

    /// <summary>The label's name.</summary>
    /// <param name="baseImage">The base image's name in the definition.</param>
    public static string For(string baseImage) => Prefix + baseImage;
}
