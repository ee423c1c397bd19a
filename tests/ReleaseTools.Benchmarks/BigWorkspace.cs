using System.Security.Cryptography;

namespace ReleaseTools.Benchmarks;

/// <summary>A workspace of one image whose context and layer are a gigabyte of random bytes, which nothing can shrink.</summary>
internal sealed class BigWorkspace : IDisposable
{
    private const int Megabytes = 1_000;

    private BigWorkspace(string folder) => Folder = folder;

    public string Folder { get; }

    public static async Task<BigWorkspace> CreateAsync(string host)
    {
        var workspace = new BigWorkspace(Directory.CreateTempSubdirectory("releasetools-big-").FullName);
        var megabyte = new byte[1_000_000];
        await using (var big = File.Create(Path.Combine(workspace.Folder, "big.bin")))
        {
            for (var i = 0; i < Megabytes; i++)
            {
                RandomNumberGenerator.Fill(megabyte);
                await big.WriteAsync(megabyte);
            }
        }

        await File.WriteAllTextAsync(Path.Combine(workspace.Folder, "Dockerfile"), "FROM scratch\nCOPY big.bin /big.bin\n");
        await File.WriteAllTextAsync(
            Path.Combine(workspace.Folder, "release.json"), $$"""{ "images": { "big": { "dockerfile": "Dockerfile", "repository": "{{host}}/big" } } }""");
        return workspace;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
