using System.Security.Cryptography;
using System.Text;
using ReleaseTools.Engine.Infrastructure;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>
/// The answer to a question, kept in the workspace's own folder for as long as what it is about is in the same state. To lose it
/// costs time and nothing else, so it is never the reason of a failure; nor of a folder where nothing was built yet, for a command
/// that is refused leaves nothing behind.
/// </summary>
/// <remarks>The file begins with a hash over question, state and answer: an answer to something else, or half of one, is none.</remarks>
/// <param name="workspace">The workspace.</param>
/// <param name="subject">What it is about: a folder's name.</param>
/// <param name="question">What was asked.</param>
internal sealed class KeptAnswer(string workspace, string subject, string question)
{
    private static readonly TimeSpan Age = TimeSpan.FromDays(30);

    private string FileName { get; } = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(question)).AsSpan(0, 8)).ToLowerInvariant();

    /// <summary>The answer that was kept for a state, if there is one.</summary>
    public bool TryRead(string state, out ReadOnlyMemory<byte> answer)
    {
        answer = default;
        try
        {
            var kept = File.ReadAllBytes(Path.Combine(workspace, OwnFolder.Name, subject, FileName)).AsMemory();
            if (kept.Length < SHA256.HashSizeInBytes || !kept.Span[..SHA256.HashSizeInBytes].SequenceEqual(HashOf(state, kept.Span[SHA256.HashSizeInBytes..])))
                return false;
            answer = kept[SHA256.HashSizeInBytes..];
            return true;
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Keeps the answer for a state, in place of what was kept for an earlier one.</summary>
    public void Keep(string state, ReadOnlySpan<byte> answer)
    {
        if (!Directory.Exists(Path.Combine(workspace, OwnFolder.Name)))
            return;
        var folder = Path.Combine(workspace, OwnFolder.Name, subject);
        var half = Path.Combine(folder, Path.GetRandomFileName());
        try
        {
            OwnFolder.Make(workspace, subject);
            using (var file = File.OpenHandle(half, FileMode.CreateNew, FileAccess.Write))
            {
                RandomAccess.Write(file, HashOf(state, answer), 0);
                RandomAccess.Write(file, answer, SHA256.HashSizeInBytes);
            }

            File.Move(half, Path.Combine(folder, FileName), overwrite: true);
            foreach (var old in new DirectoryInfo(folder).EnumerateFiles().Where(file => DateTime.UtcNow - file.LastWriteTimeUtc > Age))
                old.Delete();
        }
        catch (Exception unwritten) when (unwritten is IOException or UnauthorizedAccessException)
        {
            Discard(half); // a workspace that may only be read, or a full disk: the next one asks again
        }
    }

    private static void Discard(string half)
    {
        try
        {
            File.Delete(half);
        }
        catch (Exception undeleted) when (undeleted is IOException or UnauthorizedAccessException)
        {
            // as little as it could be written
        }
    }

    private byte[] HashOf(string state, ReadOnlySpan<byte> answer)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{question}\0\0{state}\0\0"));
        hash.AppendData(answer);
        return hash.GetHashAndReset();
    }
}
