using System.Security.Cryptography;

namespace ReleaseTools.Sandbox.Registry;

/// <summary>
/// A blob on its way: its file grows with each PATCH, and its hash with it, so that the digest is known when the last byte is.
/// </summary>
internal sealed class UploadSession(Guid id, string repository, FileStream file) : IAsyncDisposable, IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int busy;

    /// <summary>The upload's name in its URL.</summary>
    public Guid Id { get; } = id;

    /// <summary>The repository that it is for.</summary>
    public string Repository { get; } = repository;

    /// <summary>How many bytes have come.</summary>
    public long Received { get; private set; }

    /// <summary>Where the bytes are until they are a blob.</summary>
    public string File => file.Name;

    /// <summary>Takes the upload for one request; false while another one writes to it.</summary>
    public bool TryEnter() => Interlocked.Exchange(ref busy, 1) == 0;

    /// <summary>Lets the next request have it.</summary>
    public void Leave() => Interlocked.Exchange(ref busy, 0);

    /// <summary>Appends a request's body.</summary>
    public async Task AppendAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 16];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            Received += read;
        }
    }

    /// <summary>Closes the file and answers the digest of what came.</summary>
    public async Task<string> CloseAsync()
    {
        await file.DisposeAsync();
        return Digest.FromHash(hash.GetHashAndReset());
    }

    /// <summary>Gives the upload up, with what came.</summary>
    public void Dispose()
    {
        file.Dispose();
        hash.Dispose();
        System.IO.File.Delete(File);
    }

    /// <summary>Gives the upload up, with what came.</summary>
    public async ValueTask DisposeAsync()
    {
        await file.DisposeAsync();
        hash.Dispose();
        System.IO.File.Delete(File);
    }
}
