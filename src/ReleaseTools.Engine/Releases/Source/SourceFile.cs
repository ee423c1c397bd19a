namespace ReleaseTools.Engine.Releases.Source;

/// <summary>A file as git records one.</summary>
/// <param name="Name">Its path from the workspace, with <c>/</c>.</param>
/// <param name="Mode"><c>100644</c>, <c>100755</c> where it may be executed, <c>120000</c> for a link.</param>
/// <param name="Id">Its blob's id: the same id is the same content. Empty where the name is no text, so that it cannot be read.</param>
internal sealed record SourceFile(string Name, string Mode, string Id)
{
    public const string Regular = "100644";
    public const string Executable = "100755";
    public const string Link = "120000";

    /// <summary>The mode of a repository within the repository.</summary>
    public const string Repository = "160000";

    /// <summary>Whether Docker gets it; else only the commands do that are run before the build.</summary>
    public bool IsSent { get; init; } = true;
}

/// <summary>Paths from the workspace, with <c>/</c>; <c>.</c> is the workspace itself.</summary>
internal static class SourceName
{
    // What stands in a name for bytes that are no UTF-8. Such a file cannot be opened by its name.
    private const char Undecodable = '\uFFFD';

    /// <summary>Whether a path is text, as on some file systems it need not be.</summary>
    public static bool IsText(string name) => !name.Contains(Undecodable, StringComparison.Ordinal);

    /// <summary>Whether a path is a folder or something under it.</summary>
    public static bool IsAt(string folder, string name) =>
        folder is "."
            ? !name.StartsWith("../", StringComparison.Ordinal)
            : name.StartsWith(folder, StringComparison.Ordinal) && (name.Length == folder.Length || name[folder.Length] == '/');

    /// <summary>The path from a folder to another, as a name. A backslash is a part of a name wherever it separates no folders.</summary>
    public static string Of(string folder, string path)
    {
        var relative = Path.GetRelativePath(folder, path);
        return Path.DirectorySeparatorChar == '\\' ? relative.Replace('\\', '/') : relative;
    }
}
