namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>Finds terraform's directory in a workspace without a release.json, before there is an env file to discover the rest from.</summary>
internal static class TerraformDiscovery
{
    /// <summary>The workspace and terraform's directory in it: <c>packages/*-infra</c>, <c>infra</c>, or else where the user stands.</summary>
    /// <exception cref="Errors.ReleaseException">DefinitionNotFound: there is none, or more than one.</exception>
    public static (string Workspace, string Directory) Find(string start)
    {
        foreach (var workspace in DefinitionDiscovery.DirectoriesFrom(start))
        {
            var found = DefinitionDiscovery.InfraFoldersOf(workspace).Append(workspace).Where(HoldsTerraform).ToList();
            if (found.Count > 1)
                throw DefinitionDiscovery.NotFound(start, $"there is more than one terraform directory: {string.Join(", ", found)}.");
            if (found.Count == 1)
                return (workspace, found[0]);
        }

        throw DefinitionDiscovery.NotFound(start, "there is no *.tf file in packages/*-infra, infra or the directory itself.");
    }

    private static bool HoldsTerraform(string directory) => Directory.Exists(directory) && Directory.EnumerateFiles(directory, "*.tf").Any();
}
