namespace ReleaseTools.Engine.Infrastructure;

/// <summary>Finds a program on the PATH of a given environment, as a shell would.</summary>
internal static class ExecutableLookup
{
    /// <summary>The program's absolute path, or null.</summary>
    public static string? Find(string name, IReadOnlyDictionary<string, string> environment)
    {
        var path = environment.FirstOrDefault(v => string.Equals(v.Key, "PATH", OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal)).Value ?? "";
        string[] names = OperatingSystem.IsWindows() ? [$"{name}.exe", $"{name}.cmd", $"{name}.bat"] : [name];
        return path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(folder => names.Select(file => Path.GetFullPath(Path.Combine(folder, file))))
            .FirstOrDefault(IsExecutable);
    }

    private static bool IsExecutable(string file)
    {
        const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        return File.Exists(file) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(file) & Execute) != UnixFileMode.None);
    }
}
