using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>What can be known of a tag before it is put.</summary>
internal static class TagChecks
{
    /// <summary>Checks that a tag can be put on a digest: it is on it, on nothing, or can be moved.</summary>
    /// <exception cref="ReleaseException">TagImmutable.</exception>
    public static async Task MustBeMovableAsync(
        this IImageRegistry registry, string name, string repository, string tag, string digest, RegistryImage? found, CancellationToken cancellationToken)
    {
        if (found is not null && found.Digest != digest && await registry.AreTagsImmutableAsync(repository, cancellationToken))
            throw ReleaseException.For(nameof(Messages.TagImmutable), ErrorKind.InvalidState, name, repository, tag, found.Digest, digest);
    }
}
