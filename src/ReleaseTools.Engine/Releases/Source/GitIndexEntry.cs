using System.Text;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>What git's index holds of a path.</summary>
/// <param name="Path">From the folder that git runs in, with <c>/</c>.</param>
/// <param name="IsSure">Whether git compares it with the disk, and there is but one of it.</param>
/// <param name="Mode">Git's mode.</param>
/// <param name="Id">The id of the blob, or of a submodule's commit.</param>
internal sealed record GitIndexEntry(string Path, bool IsSure, string Mode, string Id)
{
    /// <summary>Reads what <c>git ls-files -s -v -z</c> writes.</summary>
    /// <remarks>
    /// See git-ls-files(1):
    /// <code>
    /// H 100644 id 0 TAB path    known
    /// S …                       skip-worktree: a sparse checkout left it out, or somebody told git to look away
    /// h …, s …                  the same, and assumed to be unchanged
    /// M 100644 id 2 TAB path    one of up to three stages of what a merge left undecided
    /// </code>
    /// </remarks>
    public static List<GitIndexEntry> Parse(ReadOnlyMemory<byte> output)
    {
        var entries = new List<GitIndexEntry>();
        var written = output.Span;
        for (int end; (end = written.IndexOf((byte)0)) >= 0; written = written[(end + 1)..])
            entries.Add(Read(written[..end]));
        return entries;
    }

    private static GitIndexEntry Read(ReadOnlySpan<byte> line)
    {
        var tab = line.IndexOf((byte)'\t');
        return new(
            Encoding.UTF8.GetString(line[(tab + 1)..]),
            IsSure: line[0] == 'H' && line[tab - 1] == '0',
            ModeOf(line[2..8]),
            Encoding.ASCII.GetString(line[9..(tab - 2)]));
    }

    /// <summary>The mode, of which there are but a few, as the one text that stands for it everywhere.</summary>
    private static string ModeOf(ReadOnlySpan<byte> mode) =>
        mode.SequenceEqual("100644"u8) ? SourceFile.Regular
        : mode.SequenceEqual("100755"u8) ? SourceFile.Executable
        : mode.SequenceEqual("120000"u8) ? SourceFile.Link
        : SourceFile.Repository;
}
