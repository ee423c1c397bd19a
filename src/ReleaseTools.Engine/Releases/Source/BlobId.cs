using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>
/// The id that git gives a content: a hash over <c>blob</c>, its length and its bytes
/// (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage). So a file has one id, whether git knows it yet or not.
/// </summary>
/// <param name="algorithm">SHA-1, or SHA-256 where the repository was made with <c>--object-format=sha256</c>.</param>
internal sealed class BlobId(HashAlgorithmName algorithm)
{
    private const int Sha256Digits = 64;
    private const int BufferSize = 128 * 1024;

    /// <summary>As most repositories have it.</summary>
    public static BlobId Sha1 { get; } = new(HashAlgorithmName.SHA1);

    /// <summary>As the repository has it that gave this id.</summary>
    public static BlobId Like(string id) => id.Length == Sha256Digits ? new(HashAlgorithmName.SHA256) : Sha1;

    /// <summary>The id of a text, such as what a link points to.</summary>
    public string Of(string text)
    {
        var content = Encoding.UTF8.GetBytes(text);
        using var hash = Begin(content.Length);
        hash.AppendData(content);
        return End(hash);
    }

    /// <summary>The id of a file's bytes as they lie on disk.</summary>
    public string OfFile(FileInfo file)
    {
        using var hash = Begin(file.Length);

        // A pipe or a socket says that it is empty, and whoever opened one would wait for ever.
        if (file.Length > 0)
            Append(hash, file.FullName);
        return End(hash);
    }

    private static void Append(IncrementalHash hash, string path)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            using var content = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
            long at = 0;
            for (int read; (read = RandomAccess.Read(content, buffer, at)) > 0; at += read)
                hash.AppendData(buffer, 0, read);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private IncrementalHash Begin(long length)
    {
        var hash = IncrementalHash.CreateHash(algorithm);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {length}\0")));
        return hash;
    }

    private static string End(IncrementalHash hash) => Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
}
