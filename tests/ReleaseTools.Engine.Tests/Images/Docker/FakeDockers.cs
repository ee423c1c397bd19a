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
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>(Variables, StringComparer.Ordinal) { ["PATH"] = string.Join(Path.PathSeparator, path) };

    /// <summary>What else is in the environment.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>Adds a CLI to PATH, and gives its path.</summary>
    /// <param name="version">What it says of itself.</param>
    /// <param name="buildx">The version of its buildx plugin; none when empty.</param>
    /// <param name="driver">The driver of the builder in use.</param>
    /// <param name="image">The id of what it builds; it builds without end when empty.</param>
    public string Add(string version, string buildx = "", string driver = "docker", string image = "")
    {
        var folder = root.Folder(path.Count.ToString(System.Globalization.CultureInfo.InvariantCulture));
        root.Write(Path.Combine(Path.GetFileName(folder), "settings"), $"VERSION='{version}'\nBUILDX='{buildx}'\nDRIVER='{driver}'\nIMAGE='{image}'\n");
        path.Add(folder);
        var link = Path.Combine(folder, "docker");
        File.CreateSymbolicLink(link, Path.Combine(AppContext.BaseDirectory, "Images", "Docker", "fake-docker.sh"));
        return link;
    }

    /// <summary>What the CLI of a path was given for its last build.</summary>
    public static IReadOnlyList<string> ArgumentsOf(string path) => File.ReadAllLines(Path.Combine(Path.GetDirectoryName(path)!, "arguments"));

    public void Dispose() => root.Dispose();
}
