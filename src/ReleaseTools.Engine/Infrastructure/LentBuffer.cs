using System.Buffers;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>
/// Takes in a stream of any length, in memory that is lent and given back: a listing of ten thousand files is read often in a
/// session, and ten services with a hundred events each at every look at a rollout.
/// </summary>
internal sealed class LentBuffer : IDisposable
{
    private const int FirstSize = 64 * 1024;

    private byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
    private int length;
    private bool isWhole;

    /// <summary>What has been taken in; not to be used after the buffer.</summary>
    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, length);

    /// <summary>Takes a stream in to its end.</summary>
    public async Task FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        while (Took(await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false)))
        {
        }
    }

    /// <inheritdoc cref="FillAsync"/>
    public void Fill(Stream stream)
    {
        while (Took(stream.Read(buffer.AsSpan(length))))
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // After a stop somebody may still be reading into it.
        if (isWhole)
            ArrayPool<byte>.Shared.Return(buffer);
        isWhole = false;
    }

    /// <summary>Whether there may be more.</summary>
    private bool Took(int read)
    {
        length += read;
        if (length == buffer.Length)
            Grow();
        isWhole = read == 0;
        return !isWhole;
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(2 * length);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
