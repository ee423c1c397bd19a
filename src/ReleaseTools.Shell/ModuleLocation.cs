namespace ReleaseTools.Shell;

/// <summary>Finds the packaged module.</summary>
internal static class ModuleLocation
{
    private const string Manifest = "ReleaseTools.psd1";

    /// <summary>The manifest's full path: the one named, or that in <c>out/ReleaseTools</c> of the repository this shell was built in.</summary>
    /// <returns>Null when there is none.</returns>
    public static string? Find(string? named, string from)
    {
        if (named is not null)
            return Existing(Directory.Exists(named) ? Path.Combine(named, Manifest) : named);

        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            if (Existing(Path.Combine(folder.FullName, "out", "ReleaseTools", Manifest)) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>What to do when there is no module.</summary>
    public static string HowToGetOne(string? named) => named is null
        ? "The module has not been built: there is no out/ReleaseTools above this shell. Run `dotnet build`, or pass --module."
        : $"There is no module at '{named}': it must be a manifest, or a folder with {Manifest}.";

    private static string? Existing(string path) => File.Exists(path) ? Path.GetFullPath(path) : null;
}
