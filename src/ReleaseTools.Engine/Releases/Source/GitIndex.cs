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

    /// <summary>What the index holds at some paths; null where the folder is in no repository.</summary>
    /// <exception cref="Errors.ReleaseException">GitFailed, GitRefusesOwner.</exception>
    public async Task<List<GitIndexEntry>?> ListAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        var state = State();
        var memory = state is null ? null : new KeptAnswer(workspace, "index", string.Join('\0', names));
        if (memory?.TryRead(state!, out var kept) == true)
            return GitIndexEntry.Parse(kept);
        return await git.TryReadAsync(["ls-files", "-s", "-v", "-z", "--", .. names], Read, cancellationToken).ConfigureAwait(false);

        List<GitIndexEntry> Read(ReadOnlyMemory<byte> written)
        {
            // Who commits meanwhile makes another index, of which this may or may not be told.
            if (memory is not null && string.Equals(state, State(), StringComparison.Ordinal))
                memory.Keep(state!, written.Span);
            return GitIndexEntry.Parse(written);
        }
    }

    /// <summary>What stands for all that the index holds: its length, and the hash it ends with.</summary>
    private string? State()
    {
        if (file is null)
            return null;
        try
        {
            using var index = File.OpenHandle(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var length = RandomAccess.GetLength(index);
            Span<byte> end = stackalloc byte[HashLength];
            return length > HashLength && RandomAccess.Read(index, end, length - HashLength) == HashLength && end[^ShortHashLength..].ContainsAnyExcept((byte)0)
                ? $"{length}-{Convert.ToHexString(end)}"
                : null;
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
