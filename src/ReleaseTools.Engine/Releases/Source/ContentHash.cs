using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>A SHA-256 over named parts. Each text says how long it is, so that no two lists of parts run together into one.</summary>
internal sealed class ContentHash : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly ArrayBufferWriter<byte> pending = new(BufferSize);

    private const int BufferSize = 16 * 1024;

    public void Add(string name, params ReadOnlySpan<string?> values)
    {
        Append(name);
        foreach (var value in values)
            Append(value);
        Append("\n"u8);
        if (pending.WrittenCount >= BufferSize / 2)
            Flush();
    }

    public string ToHex()
    {
        Flush();
        return Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant();
    }

    /// <inheritdoc/>
    public void Dispose() => hash.Dispose();

    private void Append(string? text)
    {
        if (text is null)
        {
            Append("-"u8);
            return;
        }

        Span<byte> length = stackalloc byte[11];
        Encoding.UTF8.GetByteCount(text).TryFormat(length, out var digits, provider: CultureInfo.InvariantCulture);
        Append(length[..digits]);
        Append(":"u8);
        Encoding.UTF8.GetBytes(text, pending);
    }

    private void Append(ReadOnlySpan<byte> bytes) => pending.Write(bytes);

    private void Flush()
    {
        hash.AppendData(pending.WrittenSpan);
        pending.ResetWrittenCount();
    }
}
