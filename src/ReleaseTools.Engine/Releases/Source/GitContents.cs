using System.Text;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>
/// The contents of files that git knows, as it would take them from disk: with the line ends, and through the filters, that
/// .gitattributes and the configuration name. So a change gives the same id on every machine, and none where only the time changed.
/// </summary>
internal sealed class GitContents(GitFolder folder, BlobId ids)
{
    private const int FewFiles = 256;

    /// <summary>What lies at each path; what is not there, or is a folder now, is left out.</summary>
    /// <param name="entries">The paths with their modes; null where git did not look at the disk.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<SourceFile>> ReadAsync(IEnumerable<(string Name, string? Mode)> entries, CancellationToken cancellationToken)
    {
        var files = new List<SourceFile>();
        var byGit = new List<SourceFile>();
        foreach (var (name, mode) in entries.Where(entry => entry.Mode != GitStatus.Absent))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var file = new FileInfo(folder.OnDisk(name));
            if (!SourceName.IsText(name))
                files.Add(new(name, SourceFile.Regular, Id: ""));
            else if (file.LinkTarget is not null)
                files.Add(FileSources.ReadLink(name, file, ids));
            else if (file.Exists && mode == SourceFile.Link) // on Windows a link may be checked out as a file that says where to
                files.Add(new(name, mode, ids.OfFile(file)));
            else if (file.Exists)
                byGit.Add(new(name, mode ?? FileSources.ModeOf(file), Id: ""));
        }

        var most = Math.Max(FewFiles, (byGit.Count + Environment.ProcessorCount - 1) / Environment.ProcessorCount);
        foreach (var read in await Task.WhenAll(byGit.Chunk(most).Select(part => HashAsync(part, cancellationToken))).ConfigureAwait(false))
            files.AddRange(read);
        return files;
    }

    private async Task<IEnumerable<SourceFile>> HashAsync(SourceFile[] files, CancellationToken cancellationToken)
    {
        // It reads the names it is given from the repository's root, wherever it runs.
        var input = new StringBuilder();
        foreach (var file in files)
            AppendQuoted(input, folder.ToRoot(file.Name));
        var written = await folder.Git.ReadAsync(["hash-object", "--stdin-paths"], cancellationToken, input.ToString()).ConfigureAwait(false);
        return files.Zip(written.Split('\n'), (file, id) => file with { Id = id });
    }

    /// <summary>A path on a line of its own, as git writes unusual ones (git-config(1), core.quotePath).</summary>
    private static void AppendQuoted(StringBuilder text, string path)
    {
        text.Append('"');
        foreach (var character in path)
        {
            if (character is '"' or '\\')
                text.Append('\\').Append(character);
            else if (character < ' ')
                text.Append('\\').Append(Convert.ToString(character, toBase: 8).PadLeft(3, '0'));
            else
                text.Append(character);
        }

        text.Append("\"\n");
    }
}
