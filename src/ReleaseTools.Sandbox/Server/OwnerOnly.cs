namespace ReleaseTools.Sandbox.Server;

/// <summary>Files and directories that nobody but their owner may read: layers and state hold whatever a release puts into them.</summary>
internal static class OwnerOnly
{
    private const UnixFileMode ReadWrite = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode DirectoryMode = ReadWrite | UnixFileMode.UserExecute;

    /// <summary>Makes a directory; one that is there already is closed to others.</summary>
    public static void CreateDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        Directory.CreateDirectory(path, DirectoryMode);
        File.SetUnixFileMode(path, DirectoryMode);
    }

    /// <summary>How a file of the owner's alone is opened for writing.</summary>
    public static FileStreamOptions ToWrite(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = ReadWrite;
        return options;
    }
}
