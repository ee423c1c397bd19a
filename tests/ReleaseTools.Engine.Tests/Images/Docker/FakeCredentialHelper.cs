namespace ReleaseTools.Engine.Tests.Images.Docker;

/// <summary>A credential helper that answers as it is told to: a link to one script that the build leaves beside the tests (see <see cref="FakeDockers"/>).</summary>
internal sealed class FakeCredentialHelper : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public FakeCredentialHelper(string name, string prints, int ends = 0, bool hangs = false)
    {
        folder.Write("settings", $"PRINTS='{prints}'\nENDS={ends}\nHANGS={(hangs ? "yes" : "")}\n");
        File.CreateSymbolicLink(Path.Combine(folder.Path, $"docker-credential-{name}"), Path.Combine(AppContext.BaseDirectory, "Images", "Docker", "fake-credential-helper.sh"));
    }

    public string Folder => folder.Path;

    /// <summary>What it was asked for; null when it was not.</summary>
    public string? Asked => File.Exists(AskedFile) ? File.ReadAllText(AskedFile) : null;

    private string AskedFile => Path.Combine(folder.Path, "asked");

    public void Dispose() => folder.Dispose();
}
