namespace ReleaseTools.Sandbox.Server;

/// <summary>Where image layers are kept: beside the state, or in a temporary directory that goes with the sandbox.</summary>
internal sealed class BlobFolder : IDisposable
{
    private readonly string? temporary;

    public BlobFolder(string? statePath)
    {
        if (statePath is null)
            temporary = Directory.CreateTempSubdirectory("releasetools-sandbox-").FullName;
        Path = System.IO.Path.Combine(statePath ?? temporary!, "blobs");
        OwnerOnly.CreateDirectory(Path);
    }

    public string Path { get; }

    public void Dispose()
    {
        if (temporary is not null && Directory.Exists(temporary))
            Directory.Delete(temporary, recursive: true);
    }
}
