namespace ReleaseTools.Engine.Tests.Images.Docker;

/// <summary>
/// Makes docker CLIs that say what they are told to. Each is a link to one script that the build leaves beside the tests:
/// a script written here could still be open in a process that another test is just starting.
/// </summary>
internal sealed class FakeDockers : IDisposable
{
    private readonly TemporaryFolder root = new();
    private readonly List<string> path = [];

    /// <summary>An environment in which there are only the CLIs that were added.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(StringComparer.Ordinal) { ["PATH"] = string.Join(Path.PathSeparator, path) };

    /// <summary>Adds a CLI to PATH, and gives its path.</summary>
    public string Add(string version, string buildx = "")
    {
        var folder = root.Folder(path.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        root.Write(Path.Combine(Path.GetFileName(folder), "settings"), $"VERSION='{version}'\nBUILDX='{buildx}'\n");
        path.Add(folder);
        var link = Path.Combine(folder, "docker");
        File.CreateSymbolicLink(link, Path.Combine(AppContext.BaseDirectory, "Images", "Docker", "fake-docker.sh"));
        return link;
    }

    public void Dispose() => root.Dispose();
}
