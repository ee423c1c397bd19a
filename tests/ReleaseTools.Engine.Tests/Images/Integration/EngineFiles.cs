using System.Formats.Tar;
using CliWrap;
using CliWrap.Buffered;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>What is really in an image, read from the engine by the docker CLI and no code of ours.</summary>
internal static class EngineFiles
{
    /// <summary>The files of an image's layers.</summary>
    public static async Task<IReadOnlyList<string>> ListAsync(string imageId)
    {
        using var folder = new TemporaryFolder();
        var archive = Path.Combine(folder.Path, "image.tar");
        await DockerAsync("image", "save", "--output", archive, imageId);
        await TarFile.ExtractToDirectoryAsync(archive, folder.Path, overwriteFiles: true, TestContext.Current.CancellationToken);
        var files = new List<string>();
        foreach (var layer in Directory.EnumerateFiles(folder.Path, "layer.tar", SearchOption.AllDirectories))
        {
            await using var content = File.OpenRead(layer);
            await using var reader = new TarReader(content);
            while (await reader.GetNextEntryAsync() is { } entry)
            {
                if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.SymbolicLink)
                    files.Add(entry.Name);
            }
        }

        return files;
    }

    /// <summary>Takes a reference off the engine.</summary>
    public static Task RemoveAsync(string reference) => DockerAsync("image", "rm", "--force", reference);

    /// <summary>Skips a test where the engine cannot run RUN steps: it must have a network, and the machine a static busybox to run.</summary>
    public static void NeedRunSteps() => Assert.SkipUnless(
        File.Exists(BusyBox) && TestEngine.Environment.GetValueOrDefault("RELEASETOOLS_TEST_ENGINE_RUNS") == "1",
        $"An engine that runs RUN steps is needed (RELEASETOOLS_TEST_ENGINE_RUNS=1), and a static {BusyBox}.");

    public const string BusyBox = "/bin/busybox";

    private static async Task DockerAsync(params string[] arguments)
    {
        var cli = await DockerCli.FindAsync(TestEngine.Environment, NullObserver.Instance, TestContext.Current.CancellationToken);
        await Cli.Wrap(cli.Path).WithArguments(arguments).ExecuteBufferedAsync(TestContext.Current.CancellationToken);
    }
}
