namespace ReleaseTools.Engine.Aws.Ecr;

/// <summary>What the stages after the push ask of ECR: which digest a tag names, and to move a tag without moving a layer.</summary>
public interface IEcrTags
{
    /// <summary>The digest that a tag names; null when there is no such image.</summary>
    Task<string?> FindDigestAsync(string repository, string tag, CancellationToken cancellationToken);

    /// <summary>Puts a tag on a digest by its manifest. A tag that is there already is left as it is.</summary>
    Task PutTagAsync(string repository, string digest, string tag, CancellationToken cancellationToken);

    /// <summary>The digest itself and, where it is an index, the digests of the manifests it lists.</summary>
    Task<IReadOnlyCollection<string>> ManifestDigestsAsync(string repository, string digest, CancellationToken cancellationToken);
}
