using System.IO.Enumeration;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>Files as they lie on disk, for what git does not know and for where there is no git.</summary>
internal static class FileSources
{
    private static EnumerationOptions Everything { get; } = new() { AttributesToSkip = FileAttributes.None, IgnoreInaccessible = false };

    /// <summary>Reads the files at and under some paths. Links are not followed: what counts is where they point to.</summary>
    /// <param name="folder">The folder that names are from.</param>
    /// <param name="names">The paths, with <c>/</c>.</param>
    /// <param name="isLeftOut">Whether a file, or all that is in a folder, does not count and need not be read.</param>
    /// <param name="ids">How ids are made.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ReleaseException"><c>SourceUnreadable</c>.</exception>
    public static async Task<IReadOnlyList<SourceFile>> ReadAsync(
        string folder, IEnumerable<string> names, Func<string, bool, bool> isLeftOut, BlobId ids, CancellationToken cancellationToken)
    {
        var found = names.SelectMany(name => Walk(folder, name, isLeftOut)).DistinctBy(file => file.Name, StringComparer.Ordinal).ToList();
        var files = new SourceFile?[found.Count];
        if (files.Length > 0)
            await Parallel.ForAsync(0, files.Length, cancellationToken, (i, _) => Read(i)).ConfigureAwait(false);
        return [.. files.OfType<SourceFile>()];

        ValueTask Read(int i)
        {
            files[i] = TryRead(found[i].Name, found[i].Entry, ids);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>
    /// The names of what is in a folder, those of folders with a slash at the end; none where it is gone since, and null where it
    /// cannot be read. About the files themselves nothing is asked.
    /// </summary>
    public static IReadOnlyList<string>? TryNames(string path)
    {
        try
        {
            return [.. new FileSystemEnumerable<string>(path, NameOf, Everything)];
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            return null;
        }
    }

    /// <summary>A link, by where it points to.</summary>
    public static SourceFile ReadLink(string name, FileSystemInfo link, BlobId ids) =>
        new(name, SourceFile.Link, ids.Of(OperatingSystem.IsWindows() ? link.LinkTarget!.Replace('\\', '/') : link.LinkTarget!));

    /// <summary>The mode of a file. Windows has none.</summary>
    public static string ModeOf(FileInfo file) =>
        !OperatingSystem.IsWindows() && file.UnixFileMode.HasFlag(UnixFileMode.UserExecute) ? SourceFile.Executable : SourceFile.Regular;

    private static IEnumerable<FoundFile> Walk(string folder, string name, Func<string, bool, bool> isLeftOut)
    {
        var path = Path.GetFullPath(name, folder);
        FileSystemInfo file = new DirectoryInfo(path) is { Exists: true, LinkTarget: null } directory ? directory : new FileInfo(path);
        return Walk(name, file, isLeftOut);
    }

    private static IEnumerable<FoundFile> Walk(string name, FileSystemInfo file, Func<string, bool, bool> isLeftOut)
    {
        if (file is not DirectoryInfo directory || directory.LinkTarget is not null)
            return isLeftOut(name, false) ? [] : [new(name, file)];

        // A repository's own files are no content.
        return name is not "." && isLeftOut(name, true)
            ? []
            : Entries(name, directory).Where(entry => entry.Name is not ".git").SelectMany(entry => Walk(name is "." ? entry.Name : $"{name}/{entry.Name}", entry, isLeftOut));
    }

    private static FileSystemInfo[] Entries(string name, DirectoryInfo directory)
    {
        try
        {
            return directory.GetFileSystemInfos();
        }
        catch (DirectoryNotFoundException)
        {
            return []; // gone since
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            throw Unreadable(name, refused);
        }
    }

    private static string NameOf(ref FileSystemEntry entry) =>
        entry.IsDirectory && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) ? $"{entry.FileName}/" : entry.FileName.ToString();

    private static SourceFile? TryRead(string name, FileSystemInfo entry, BlobId ids)
    {
        if (!SourceName.IsText(name))
            return new(name, SourceFile.Regular, Id: "");
        try
        {
            if (entry.LinkTarget is not null)
                return ReadLink(name, entry, ids);
            var file = new FileInfo(entry.FullName);
            return file.Exists ? new(name, ModeOf(file), ids.OfFile(file)) : null;
        }
        catch (Exception gone) when (gone is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException)
        {
            throw Unreadable(name, refused);
        }
    }

    private static ReleaseException Unreadable(string name, Exception cause) =>
        ReleaseException.Wrap(cause, nameof(Messages.SourceUnreadable), ErrorKind.PermissionDenied, name, name, cause.Message);

    private sealed record FoundFile(string Name, FileSystemInfo Entry);
}
