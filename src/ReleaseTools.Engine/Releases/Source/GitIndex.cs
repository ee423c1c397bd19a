namespace ReleaseTools.Engine.Releases.Source;

/// <summary>A repository's index, and what it was last found to hold.</summary>
/// <remarks>
/// To tell of a part of its index git reads all of it. What it told is kept in the workspace's own folder, for as long as the index
/// is the same: it ends with a hash over everything in it, and so over every id, mode and flag that is told here
/// (https://git-scm.com/docs/index-format). Where git was told to leave that hash out (<c>index.skipHash</c>), nothing is kept.
/// </remarks>
/// <param name="git">Git, run in the workspace's folder.</param>
/// <param name="workspace">The workspace, where what was told is kept.</param>
/// <param name="file">The index; null where it is not known, and then nothing is kept.</param>
internal sealed class GitIndex(GitCli git, string workspace, string? file)
{
    // The longest of git's hashes. Of a shorter one it takes a little more with it.
    private const int HashLength = 32;
    private const int ShortHashLength = 20;

    // Without the setting a file that a sparse checkout leaves out, and that is there all the same, is told of as if git compared it.
    private static readonly string[] Listing = ["-c", "sparse.expectFilesOutsideOfPatterns=true", "ls-files", "-s", "-v", "-z", "--"];

    /// <summary>What stands for all that the index holds. Two looks between which it stayed the same were at the same index.</summary>
    public string? State => Look()?.State;

    /// <summary>What the index holds at some paths; null where the folder is in no repository.</summary>
    /// <exception cref="Errors.ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public async Task<List<GitIndexEntry>?> ListAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        string[] question = [.. Listing, .. names];
        var seen = Look();
        // The same paths from another folder, such as a copy of this one, are another question.
        var memory = seen is { IsHash: true } ? new KeptAnswer(workspace, "index", string.Join('\0', [file, workspace, .. question])) : null;
        if (memory?.TryRead(seen!.State, out var kept) == true)
            return GitIndexEntry.Parse(kept);
        return await git.TryReadAsync(question, Read, cancellationToken).ConfigureAwait(false);

        List<GitIndexEntry> Read(ReadOnlyMemory<byte> written)
        {
            // Who commits meanwhile makes another index, of which this may or may not be told.
            if (memory is not null && string.Equals(seen!.State, State, StringComparison.Ordinal))
                memory.Keep(seen.State, written.Span);
            return GitIndexEntry.Parse(written);
        }
    }

    /// <summary>Its length, and the hash it ends with, or where it has none when it was written.</summary>
    private Seen? Look()
    {
        if (file is null)
            return null;
        try
        {
            using var index = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(index);
            Span<byte> end = stackalloc byte[HashLength];
            return length > HashLength && RandomAccess.Read(index, end, length - HashLength) == HashLength && end[^ShortHashLength..].ContainsAnyExcept((byte)0)
                ? new($"{length}-{Convert.ToHexString(end)}", IsHash: true)
                : new($"{length}-{File.GetLastWriteTimeUtc(index).Ticks}", IsHash: false);
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private sealed record Seen(string State, bool IsHash);
}
