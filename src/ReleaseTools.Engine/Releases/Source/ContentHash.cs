using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>A SHA-256 over named parts. Each part says how long it is, so that no two lists of parts run together into one.</summary>
internal sealed class ContentHash
{
    private readonly StringBuilder parts = new();

    public void Add(string name, string? value) =>
        parts.Append(CultureInfo.InvariantCulture, $"{name.Length}:{name}={(value is null ? "-" : $"{value.Length}:{value}")}\n");

    /// <summary>A file by its content, a link by where it points to, a folder by what is in it, and what is not there as that.</summary>
    public void AddFile(string name, string path)
    {
        var file = new FileInfo(path);
        if (file.LinkTarget is { } target)
            Add(name, $"link {target}");
        else if (file.Exists)
            Add(name, $"{(IsExecutable(path) ? "executable" : "file")} {OfFile(path)}");
        else if (Directory.Exists(path)) // a repository within the repository, which git lists as one entry
            AddFolder(name, path);
        else
            Add(name, "deleted");
    }

    public string ToHex() => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(parts.ToString()))).ToLowerInvariant();

    private void AddFolder(string name, string path)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(path).Order(StringComparer.Ordinal))
        {
            if (Path.GetFileName(entry) is not ".git")
                AddFile($"{name}/{Path.GetFileName(entry)}", entry);
        }
    }

    private static string OfFile(string path)
    {
        using var content = File.OpenRead(path);
        return Convert.ToHexString(SHA256.HashData(content)).ToLowerInvariant();
    }

    private static bool IsExecutable(string path) => !OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute);
}
