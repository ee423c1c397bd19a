namespace ReleaseTools.Engine.Infrastructure;

/// <summary>The module's own folder in a workspace: logs, and what builds are given. What it writes there must not change what is released.</summary>
internal static class OwnFolder
{
    /// <summary>Its name.</summary>
    public const string Name = ".releasetools";

    /// <summary>Makes a folder in it, and keeps all of it out of git, whatever the workspace's own ignore files say.</summary>
    public static string Make(string workspace, params ReadOnlySpan<string> below)
    {
        var own = Directory.CreateDirectory(Path.Combine(workspace, Name)).FullName;
        var ignore = Path.Combine(own, ".gitignore");
        if (!File.Exists(ignore))
            File.WriteAllText(ignore, "*\n");
        return Directory.CreateDirectory(Path.Combine([own, .. below])).FullName;
    }
}
