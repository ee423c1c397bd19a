namespace ReleaseTools.Tests;

/// <summary>A script file for the time of a test.</summary>
internal sealed class TemporaryScript : IDisposable
{
    public TemporaryScript(string text)
    {
        Folder = Directory.CreateTempSubdirectory("releasetools-").FullName;
        Path = System.IO.Path.Combine(Folder, "script.ps1");
        File.WriteAllText(Path, text);
    }

    public string Folder { get; }

    public string Path { get; }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
