using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Benchmarks;

/// <summary>The fingerprint of an image over a git workspace, beside reading and hashing the same files.</summary>
internal static class FingerprintBenchmark
{
    private const int FileSize = 8_192;

    public static Task RunAsync(int files, int runs)
    {
        Repository.HookEngine();
        return MeasureAsync(files, runs);
    }

    // Apart, for a method's types are loaded before it begins.
    private static async Task MeasureAsync(int files, int runs)
    {
        var workspace = Directory.CreateTempSubdirectory("releasetools-").FullName;
        try
        {
            var image = await MakeWorkspaceAsync(workspace, files);
            var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
                .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);
            await new Measurement(string.Create(CultureInfo.InvariantCulture, $"fingerprint of an image of {files} files of {FileSize} bytes"))
                .Side("reading and hashing every file (SHA-256)", () => HashAsync(image))
                .Side("ReleaseTools: looking at git, then the hash", async () => Check(await FingerprintAsync(image, environment)))
                .RunAsync(runs);
        }
        finally
        {
            Directory.Delete(workspace, recursive: true);
        }
    }

    private static async Task<string?> FingerprintAsync(ReleaseImage image, IReadOnlyDictionary<string, string> environment)
    {
        var git = await GitSnapshot.TakeAsync(image.Workspace, environment, CancellationToken.None);
        return await SourceFingerprint.ComputeAsync(image, git, new Dictionary<string, string>(StringComparer.Ordinal), CancellationToken.None);
    }

    private static async Task HashAsync(ReleaseImage image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in Directory.EnumerateFiles(image.Inputs[0], "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            hash.AppendData(await File.ReadAllBytesAsync(file));
        Check(Convert.ToHexString(hash.GetHashAndReset()));
    }

    private static void Check(string? hash) => _ = hash ?? throw new InvalidOperationException("There is no hash to measure.");

    private static async Task<ReleaseImage> MakeWorkspaceAsync(string workspace, int files)
    {
        var random = new Random(1);
        var content = new byte[FileSize];
        for (var i = 0; i < files; i++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(workspace, "app", (i / 100).ToString("000", CultureInfo.InvariantCulture))).FullName;
            random.NextBytes(content);
            await File.WriteAllBytesAsync(Path.Combine(folder, $"{i}.bin"), content);
        }

        var dockerfile = Path.Combine(workspace, "Dockerfile");
        await File.WriteAllTextAsync(dockerfile, "FROM scratch\nCOPY app /app\n");
        await Repository.RunAsync(workspace, "git", "init", "--quiet");
        await Repository.RunAsync(workspace, "git", "add", "--all");
        await Repository.RunAsync(workspace, "git", "-c", "user.name=benchmark", "-c", "user.email=benchmark@example.com", "-c", "commit.gpgsign=false", "commit", "--quiet", "--message=sources");
        return new ReleaseImage
        {
            Name = "app", Repository = "registry.example.com/app", Workspace = workspace, Context = workspace, Dockerfile = dockerfile, Inputs = [Path.Combine(workspace, "app")],
        };
    }
}
