using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>What can be known of a tag before it is put, and by the words of a registry that does not put it.</summary>
internal static class TagChecks
{
    /// <summary>
    /// Whether a registry's words say that the tag may not be moved. Each has a status and a code of its own for it, and one word in
    /// common: "… the repository is immutable" (ECR), "configured as immutable" (Harbor), "tag immutability" (Artifact Registry).
    /// </summary>
    public static bool SaysImmutable(string words) => words.Contains("immutab", StringComparison.OrdinalIgnoreCase);

    /// <summary>Checks that a tag can be put on a digest: it is on it, on nothing, or can be moved.</summary>
    /// <exception cref="ReleaseException">TagImmutable.</exception>
    public static async Task MustBeMovableAsync(
        this IImageRegistry registry, string name, string repository, string tag, string digest, RegistryImage? found, CancellationToken cancellationToken)
    {
        if (found is not null && found.Digest != digest && await registry.AreTagsImmutableAsync(repository, cancellationToken))
            throw ReleaseException.For(nameof(Messages.TagImmutable), ErrorKind.InvalidState, name, repository, tag, found.Digest, digest);
    }
}
