namespace ReleaseTools.Hosting;

/// <summary>The images that are asked for of one workspace.</summary>
internal sealed record WorkspaceRequest(string Path, IReadOnlyList<string> Names, IReadOnlyList<ReleaseImage> Images);

/// <summary>The images that a command is asked for: names, which the definition explains, and objects, which bring their workspace.</summary>
internal sealed class ImageRequest
{
    private readonly List<string> names = [];
    private readonly List<ReleaseImage> images = [];

    /// <summary>Nothing is asked for by name or object.</summary>
    public bool IsEmpty => names.Count + images.Count == 0;

    /// <summary>Takes what came down the pipeline.</summary>
    public void Add(IEnumerable<string> byName, IEnumerable<ReleaseImage> byObject)
    {
        names.AddRange(byName);
        images.AddRange(byObject);
    }

    /// <summary>What is asked for, workspace by workspace; without a name or object that is the one of the path.</summary>
    /// <param name="path">Where names are looked up.</param>
    /// <param name="forAll">Whether the path was given, and so goes before the workspace that an object brings.</param>
    public IReadOnlyList<WorkspaceRequest> ByWorkspace(string path, bool forAll)
    {
        var parts = images.GroupBy(image => forAll ? path : image.Workspace, StringComparer.Ordinal)
            .Select(workspace => new WorkspaceRequest(workspace.Key, [], [.. workspace]))
            .ToList();
        if (names.Count > 0 || parts.Count == 0)
            parts.Insert(0, new(path, names, []));
        return parts;
    }
}
