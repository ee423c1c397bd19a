using System.Formats.Tar;
using System.IO.Compression;
using ReleaseTools.Sandbox.Registry;

namespace ReleaseTools.Sandbox.CodeBuild.Docker;

/// <summary>A layer: its bytes as stored, and the digests of those and of the tar within.</summary>
internal sealed record Layer(byte[] Compressed, string Digest, string DiffId);

/// <summary>
/// Writes files into a layer. The same content gives the same bytes, on any machine and at any time: entries are sorted,
/// times are zero, owners are root, and of the permissions only "executable" is taken over.
/// </summary>
internal static class LayerWriter
{
    private const UnixFileMode Plain = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The layer of these files: the path in the image without a leading slash, and the file on this machine.</summary>
    public static Layer Write(IReadOnlyDictionary<string, string> files)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Gnu, leaveOpen: true))
        {
            foreach (var directory in files.Keys.SelectMany(Parents).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                writer.WriteEntry(Timeless(new GnuTarEntry(TarEntryType.Directory, directory + "/") { Mode = Executable }));
            foreach (var (path, file) in files.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                WriteFile(writer, path, new FileInfo(file));
        }
        var content = tar.GetBuffer().AsSpan(0, (int)tar.Length);
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content);
        var bytes = compressed.ToArray();
        return new Layer(bytes, Digest.Of(bytes), Digest.Of(content));
    }

    private static void WriteFile(TarWriter writer, string path, FileInfo file)
    {
        if (file.LinkTarget is { } target)
        {
            writer.WriteEntry(Timeless(new GnuTarEntry(TarEntryType.SymbolicLink, path) { LinkName = target, Mode = Executable }));
            return;
        }
        using var content = file.OpenRead();
        var executable = OperatingSystem.IsWindows() || file.UnixFileMode.HasFlag(UnixFileMode.UserExecute);
        writer.WriteEntry(Timeless(new GnuTarEntry(TarEntryType.RegularFile, path) { DataStream = content, Mode = executable ? Executable : Plain }));
    }

    private static GnuTarEntry Timeless(GnuTarEntry entry)
    {
        entry.ModificationTime = DateTimeOffset.UnixEpoch;
        entry.AccessTime = DateTimeOffset.UnixEpoch;
        entry.ChangeTime = DateTimeOffset.UnixEpoch;
        return entry;
    }

    private static IEnumerable<string> Parents(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
    }
}
