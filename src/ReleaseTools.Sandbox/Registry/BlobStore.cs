using ReleaseTools.Sandbox.Server;

namespace ReleaseTools.Sandbox.Registry;

/// <summary>
/// Layers and configurations as files named by their digest. A blob is written beside them under a name of its own and
/// moved into place when it is whole, so a reader never sees half of one and no lock is held while bytes flow.
/// </summary>
internal sealed class BlobStore
{
    private readonly string root;

    /// <summary>Keeps blobs in a directory.</summary>
    public BlobStore(string directory)
    {
        root = directory;
        OwnerOnly.CreateDirectory(Path.Combine(root, "sha256"));
        OwnerOnly.CreateDirectory(UploadDirectory);
        // What a killed process left half-written is of no use to anybody.
        foreach (var leftover in Directory.EnumerateFiles(UploadDirectory))
            File.Delete(leftover);
    }

    private string UploadDirectory => Path.Combine(root, "uploads");

    /// <summary>The blob's length in bytes; null when it is not here.</summary>
    public long? Length(string digest)
    {
        var file = new FileInfo(PathOf(digest));
        return file.Exists ? file.Length : null;
    }

    /// <summary>Opens a blob for reading.</summary>
    public FileStream Open(string digest) => new(PathOf(digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1 << 16, useAsync: true);

    /// <summary>A small blob, whole.</summary>
    public byte[] Read(string digest) => File.ReadAllBytes(PathOf(digest));

    /// <summary>A new file for a blob that is on its way.</summary>
    public FileStream Begin(Guid id)
    {
        var options = OwnerOnly.ToWrite(FileMode.CreateNew);
        options.Share = FileShare.Delete;
        options.BufferSize = 1 << 16;
        options.Options = FileOptions.Asynchronous;
        return new FileStream(Path.Combine(UploadDirectory, id.ToString("N")), options);
    }

    /// <summary>Takes a whole file, which <see cref="Begin"/> made and the caller has closed, as the blob of this digest.</summary>
    public void Commit(string file, string digest) => File.Move(file, PathOf(digest), overwrite: true);

    /// <summary>Stores a small blob from memory.</summary>
    public string Put(ReadOnlySpan<byte> bytes)
    {
        var digest = Digest.Of(bytes);
        if (Length(digest) is not null)
            return digest;
        using (var file = Begin(Guid.NewGuid()))
        {
            file.Write(bytes);
            file.Close();
            Commit(file.Name, digest);
        }
        return digest;
    }

    private string PathOf(string digest) => Path.Combine(root, "sha256", Digest.Hex(digest));
}
