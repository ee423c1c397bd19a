using ReleaseTools.Engine.Aws.Ecr;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Which containers of a task definition get the image that one of them gets: a moved tag is that of each which names it, and a
/// revision that is registered names the digest in each which named the very same (<see cref="PinnedTaskDefinition"/>).
/// </summary>
internal static class SameImage
{
    /// <summary>Whether a container's image is replaced with another's.</summary>
    /// <param name="image">What the container names.</param>
    /// <param name="replaced">What the one names that the image is for.</param>
    /// <param name="pinsDigest">Whether a revision is registered, and no tag moves.</param>
    public static bool IsReplacedWith(string? image, string? replaced, bool pinsDigest) =>
        image is not null && replaced is not null && (image == replaced || (!pinsDigest && TagOf(image) is { } tag && TagOf(replaced) == tag));

    /// <summary>The repository and tag that an image is named by; null where it is named by digest.</summary>
    public static (string Repository, string Tag)? TagOf(string image) =>
        NamedImage.Parse(image) is { Digest: null } named ? (named.Repository, named.EffectiveTag) : null;
}
