using ReleaseTools.Sandbox.Registry;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>
/// The repositories of the sandbox's ECR. ECR's operations, the registry's connections and builds meet here, each on a
/// thread of its own, so it has a lock of its own; layers go past it, straight into the <see cref="BlobStore"/>.
/// </summary>
internal sealed class ImageCatalog(SandboxWorld world, BlobStore store) : IImageStore
{
    private readonly object gate = new();
    private readonly SortedDictionary<string, ImageRepository> repositories = new(StringComparer.Ordinal);

    private string Account => world.Options.Account;

    /// <summary>What is scanned; read and changed under the lock.</summary>
    public ScanningConfiguration Scanning { get; } = new();

    /// <summary>Reads or changes a repository under the lock.</summary>
    /// <exception cref="SandboxException">RepositoryNotFoundException.</exception>
    public T With<T>(string name, Func<ImageRepository, T> work)
    {
        lock (gate)
            return work(repositories.GetValueOrDefault(name) ?? throw EcrErrors.RepositoryNotFound(name, Account));
    }

    /// <summary>Reads or changes all repositories, by name, under the lock.</summary>
    public T WithAll<T>(Func<SortedDictionary<string, ImageRepository>, T> work)
    {
        lock (gate)
            return work(repositories);
    }

    /// <summary>Whether a repository holds a blob.</summary>
    public bool HasBlob(string repository, string digest) => With(repository, held => held.Blobs.Contains(digest)) && store.Length(digest) is not null;

    /// <summary>Makes a blob that is in the store one of a repository's.</summary>
    public void AddBlob(string repository, string digest) => With(repository, held => held.Blobs.Add(digest));

    /// <summary>Stores a manifest whose blobs are there, and moves a tag to it.</summary>
    /// <param name="repository">The repository's name.</param>
    /// <param name="content">What the manifest refers to.</param>
    /// <param name="manifest">Its bytes.</param>
    /// <param name="tag">The tag; null stores it under its digest alone.</param>
    /// <param name="cancellation">Heeded until the moment at which it is stored.</param>
    /// <exception cref="SandboxException">The repository, a layer or a listed image is missing, or the tag is immutable.</exception>
    public StoredImage PutManifest(string repository, ManifestContent content, ReadOnlyMemory<byte> manifest, string? tag, CancellationToken cancellation = default) =>
        With(repository, held =>
        {
            cancellation.ThrowIfCancellationRequested();
            RequireReferences(held, content);
            var digest = Digest.Of(manifest.Span);
            if (tag is not null && held.TagMutability == "IMMUTABLE" && held.Tags.TryGetValue(tag, out var taken) && taken != digest)
                throw EcrErrors.TagExists(repository, tag);
            if (!held.Images.TryGetValue(digest, out var image))
            {
                var size = content.Manifests.Count > 0
                    ? content.Manifests.Max(listed => held.Images[listed].Size)
                    : content.Blobs.Sum(blob => blob.Size);
                image = new StoredImage(digest, content.MediaType, content.ArtifactMediaType, manifest.ToArray(), size, world.Now);
                held.Images.Add(digest, image);
                if (!image.IsList && Scanning.Of(held) is { Frequency: not RepositoryScanning.Manual } how)
                    held.Scans[digest] = StoredScan.OnPush(how, TakeScanFault(repository), world.Now);
            }
            if (tag is not null)
                held.Tags[tag] = digest;
            return image;
        });

    /// <summary>What was scripted for the next scan in a repository; null when nothing was.</summary>
    public SandboxFault? TakeScanFault(string repository) =>
        world.Faults.TakeFor([SandboxFaultKind.ScanFindings, SandboxFaultKind.ScanUnsupported, SandboxFaultKind.ScanFailure], repository);

    /// <inheritdoc/>
    public string? Resolve(string imageReference)
    {
        if (Parse(imageReference) is not var (repository, reference))
            return null;
        lock (gate)
            return repositories.GetValueOrDefault(repository)?.Find(reference)?.Digest;
    }

    /// <inheritdoc/>
    public string Push(string imageReference, string mediaType, ReadOnlyMemory<byte> manifest, IReadOnlyList<ReadOnlyMemory<byte>> blobs, CancellationToken cancellation)
    {
        if (Parse(imageReference) is not var (repository, tag))
            throw EcrErrors.RepositoryNotFound(imageReference, Account);
        var content = ManifestReader.Read(manifest.Span, mediaType) ?? throw EcrErrors.Invalid("imageManifest", "Invalid image manifest");
        foreach (var blob in blobs)
        {
            cancellation.ThrowIfCancellationRequested();
            AddBlob(repository, store.Put(blob.Span));
        }

        var image = PutManifest(repository, content, manifest, tag, cancellation);
        world.Changed();
        return image.Digest;
    }

    private void RequireReferences(ImageRepository held, ManifestContent content)
    {
        var layers = content.Blobs.Select(blob => blob.Digest).Where(digest => !held.Blobs.Contains(digest)).ToList();
        if (layers.Count > 0)
            throw EcrErrors.LayersNotFound(held.Name, Account, layers);
        var images = content.Manifests.Where(digest => !held.Images.ContainsKey(digest)).ToList();
        if (images.Count > 0)
            throw EcrErrors.ReferencedImagesNotFound(held.Name, Account, images);
    }

    /// <summary>Splits <c>host/name[:tag|@digest]</c>; null when it names another registry.</summary>
    private (string Repository, string Reference)? Parse(string imageReference)
    {
        var host = world.Host + "/";
        if (!imageReference.StartsWith(host, StringComparison.Ordinal))
            return null;
        var name = imageReference[host.Length..];
        var at = name.IndexOf('@', StringComparison.Ordinal);
        var colon = (at < 0 ? name : name[..at]).IndexOf(':', StringComparison.Ordinal);
        var repository = colon >= 0 ? name[..colon] : at >= 0 ? name[..at] : name;
        return (repository, at >= 0 ? name[(at + 1)..] : colon >= 0 ? name[(colon + 1)..] : "latest");
    }
}
