using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Benchmarks;

/// <summary>
/// The fingerprint of an image whose inputs are a tenth of a git workspace, from a look at git to the hash, in a session that is
/// running, beside what would be done without it: hashing the tenth's files, or asking git about everything. Once with an index that
/// was not seen before, as after a commit, and once with the one of the last time.
/// </summary>
internal static class FingerprintBenchmark
{
    private const int ChangedFiles = 100;

    // A monorepo's way: packages, in them folders within folders, in these a few small files.
    private const int Packages = 100;
    private const int FoldersInPackage = 20;
    private const int FoldersInFolder = 5;

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
            await new Measurement(string.Create(CultureInfo.InvariantCulture, $"fingerprint of an image whose inputs are a tenth of {files:#,0} files"))
                .Side("reading and hashing the tenth's files", () => HashAsync(image))
                .Side("git status of the workspace", () => Repository.RunAsync(workspace, "git", "status", "--porcelain"))
                .Side("ReleaseTools, clean, a new index", () => FingerprintOfNewIndexAsync(image))
                .Side("ReleaseTools, clean", () => FingerprintAsync(image))
                .Side("ReleaseTools, clean, with the tag from git", () => TagAndFingerprintAsync(image))
                .RunAsync(runs);

            var clean = await FingerprintAsync(image);
            await ChangeAsync(image);
            if (await FingerprintAsync(image) == clean)
                throw new InvalidOperationException("The changes are not seen.");
            await new Measurement(string.Create(CultureInfo.InvariantCulture, $"the same with {ChangedFiles} of the tenth's files changed"))
                .Side("reading and hashing the tenth's files", () => HashAsync(image))
                .Side("git status of the workspace", () => Repository.RunAsync(workspace, "git", "status", "--porcelain"))
                .Side("ReleaseTools, changed, a new index", () => FingerprintOfNewIndexAsync(image))
                .Side("ReleaseTools, changed", () => FingerprintAsync(image))
                .Side("ReleaseTools, changed, with the tag from git", () => TagAndFingerprintAsync(image))
                .RunAsync(runs);
        }
        finally
        {
            Directory.Delete(workspace, recursive: true);
        }
    }

    /// <summary>What a command does whose tag is given.</summary>
    private static async Task<string> FingerprintAsync(ReleaseImage image) => await FingerprintAsync(image, await TakeAsync(image));

    /// <summary>The same where nothing is kept of an earlier look.</summary>
    private static Task<string> FingerprintOfNewIndexAsync(ReleaseImage image)
    {
        foreach (var kept in Directory.GetFiles(KeptAt(image.Workspace)))
            File.Delete(kept);
        return FingerprintAsync(image);
    }

    private static string KeptAt(string workspace) => Path.Combine(workspace, ".releasetools", "index");

    /// <summary>What a command does that takes the tag from git.</summary>
    private static async Task TagAndFingerprintAsync(ReleaseImage image)
    {
        var git = await TakeAsync(image);
        Check(await git.GetTagAsync(CancellationToken.None));
        await FingerprintAsync(image, git);
    }

    private static async Task<GitSnapshot> TakeAsync(ReleaseImage image) =>
        await GitSnapshot.TakeAsync(image.Workspace, Variables, CancellationToken.None) ?? throw new InvalidOperationException("git is not installed.");

    private static async Task<string> FingerprintAsync(ReleaseImage image, GitSnapshot git) =>
        Check(await SourceFingerprint.ComputeAsync(image, git, new Dictionary<string, string?>(StringComparer.Ordinal), CancellationToken.None));

    private static async Task HashAsync(ReleaseImage image)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in image.Inputs.SelectMany(input => Directory.EnumerateFiles(input, "*", SearchOption.AllDirectories)).Order(StringComparer.Ordinal))
            hash.AppendData(await File.ReadAllBytesAsync(file));
        Check(Convert.ToHexString(hash.GetHashAndReset()));
    }

    private static string Check(string? hash) => hash ?? throw new InvalidOperationException("There is no hash to measure.");

    private static async Task<ReleaseImage> MakeWorkspaceAsync(string workspace, int files)
    {
        var random = new Random(1);
        for (var i = 0; i < files; i++)
            await WriteAsync(FileAt(workspace, i), random);
        await File.WriteAllTextAsync(Path.Combine(workspace, ".gitignore"), "node_modules/\ndist/\n*.log\n.env\n.releasetools/\n");
        Directory.CreateDirectory(KeptAt(workspace)); // something was built here
        await File.WriteAllTextAsync(Path.Combine(workspace, ".dockerignore"), ".git\n**/node_modules\n**/dist\n**/*.log\n**/*.md\n**/.env*\n!**/.env.example\n");
        var dockerfile = Path.Combine(workspace, "packages", "p000", "Dockerfile");
        await File.WriteAllTextAsync(dockerfile, "FROM scratch\nCOPY packages /packages\n");
        await Repository.RunAsync(workspace, "git", "init", "--quiet");
        await Repository.RunAsync(workspace, "git", "add", "--all");
        await Repository.RunAsync(workspace, "git", "-c", "user.name=benchmark", "-c", "user.email=benchmark@example.com", "-c", "commit.gpgsign=false", "-c", "gc.auto=0", "commit", "--quiet", "--message=sources");

        // As a clone has it: what was written within the second before the index was is read again by every git that compares.
        await Task.Delay(TimeSpan.FromSeconds(1.1));
        await Repository.RunAsync(workspace, "git", "update-index", "--force-write-index", "--refresh");
        if (!OperatingSystem.IsWindows())
            await Repository.RunAsync(workspace, "sync"); // else the disk is still at it while the first runs are measured
        return new ReleaseImage
        {
            Name = "app",
            Repository = "registry.example.com/app",
            Workspace = workspace,
            Context = workspace,
            Dockerfile = dockerfile,
            Inputs = [.. Enumerable.Range(0, Packages / 10).Select(package => PackageAt(workspace, package))],
        };
    }

    private static async Task ChangeAsync(ReleaseImage image)
    {
        var random = new Random(2);
        var files = image.Inputs.SelectMany(input => Directory.EnumerateFiles(input, "*.ts", SearchOption.AllDirectories)).Order(StringComparer.Ordinal).ToArray();
        random.Shuffle(files);
        foreach (var file in files.Take(ChangedFiles))
            await WriteAsync(file, random);
    }

    private static async Task WriteAsync(string file, Random random)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, random.Next(3, 60)).Select(line => $"export const value{line} = {random.Next()};"));
    }

    private static string FileAt(string workspace, int number) =>
        Path.Combine(PackageAt(workspace, number % Packages), "src", $"part{number / Packages % FoldersInPackage}", $"inner{number / Packages / FoldersInPackage % FoldersInFolder}", $"file{number}.ts");

    private static string PackageAt(string workspace, int number) => Path.Combine(workspace, "packages", number.ToString("'p'000", CultureInfo.InvariantCulture));

    private static Dictionary<string, string> Variables { get; } = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
        .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);
}
