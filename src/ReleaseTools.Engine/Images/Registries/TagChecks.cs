using System.Text.RegularExpressions;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>What can be known of a tag before it is put, and by the words of a registry that does not put it.</summary>
internal static partial class TagChecks
{
    /// <summary>
    /// Whether a registry's words say that the tag may not be moved. Each has a status and a code of its own for it, and says it in words
    /// of its own: "… the repository is immutable", "… the tag is immutable" (ECR), "configured as immutable" (Harbor), "has enabled tag
    /// immutability" (Artifact Registry). Each is a phrase, so that no name is taken for one: names have no blanks.
    /// </summary>
    public static bool SaysImmutable(string words) => Immutable().IsMatch(words);

    /// <summary>Checks that a tag can be put on a digest: it is on it, on nothing, or can be moved.</summary>
    /// <exception cref="ReleaseException">TagImmutable.</exception>
    public static async Task MustBeMovableAsync(
        this IImageRegistry registry, string name, string repository, string tag, string digest, RegistryImage? found, CancellationToken cancellationToken)
    {
        if (found is not null && found.Digest != digest && await registry.AreTagsImmutableAsync(repository, cancellationToken))
            throw ReleaseException.For(nameof(Messages.TagImmutable), ErrorKind.InvalidState, name, repository, tag, found.Digest, digest);
    }

    [GeneratedRegex(@"\b(?:is|are|as) immutable(?![\w/:@-])|\bimmutable tags?\b|\btags? immutability\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Immutable();
}
