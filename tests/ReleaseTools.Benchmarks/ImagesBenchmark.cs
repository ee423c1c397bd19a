using System.Collections;
using System.Globalization;
using ReleaseTools.Engine.Images.Docker;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Benchmarks;

/// <summary>
/// Images from a large workspace into a registry: the pipeline beside the script that people write instead, with the same CLI, engine
/// and registry; then with nothing changed; then the memory that a gigabyte takes. Needs a Docker engine and docker-registry.
/// </summary>
internal static class ImagesBenchmark
{
    // Three cmdlets too: what PowerShell compiles for its first pipeline is not the module's.
    private const string OwnPipeline = "$null = Get-Module | Where-Object Name | ForEach-Object Name";

    // No -Tag is given, and the commit's is taken.
    private const string? TagOfGit = null;

    public static async Task RunAsync(int files, int runs)
    {
        Repository.HookEngine();
        using var registry = await LocalRegistry.StartAsync();
        Environment.SetEnvironmentVariable("DOCKER_CONFIG", registry.DockerConfig);
        Environment.SetEnvironmentVariable("DOCKER_BUILDKIT", "1");
        var bin = Directory.CreateTempSubdirectory("releasetools-bin-").FullName;
        try
        {
            // The script gets the CLI that the module finds: the first on PATH may have no BuildKit.
            Directory.CreateDirectory(bin);
            File.CreateSymbolicLink(Path.Combine(bin, "docker"), await FindDockerAsync());
            Environment.SetEnvironmentVariable("PATH", $"{bin}:{Environment.GetEnvironmentVariable("PATH")}");

            await BuildAndPushAsync(files, runs, registry.Host, copiesAll: false);
            await BuildAndPushAsync(files, Math.Min(runs, 3), registry.Host, copiesAll: true);
            await MemoryAsync(registry.Host);
        }
        finally
        {
            Directory.Delete(bin, recursive: true);
        }
    }

    // Apart, for a method's types are loaded before it begins.
    private static async Task<string> FindDockerAsync()
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value ?? "", StringComparer.Ordinal);
        return (await DockerCli.FindAsync(environment, NullObserver.Instance, CancellationToken.None)).Path;
    }

    private static async Task BuildAndPushAsync(int files, int runs, string host, bool copiesAll)
    {
        using var workspace = await ImageWorkspace.CreateAsync(files, host, copiesAll);
        using var session = new Session();
        session.Run($"$ExecutionContext.SessionState.Path.SetLocation('{workspace.Folder}')");
        var tag = 0;
        var style = copiesAll ? "Dockerfiles that COPY . into a stage" : "Dockerfiles that COPY what they need";
        var all = await new Measurement(string.Create(CultureInfo.InvariantCulture, $"{ImageWorkspace.Images} images of a workspace of {files} files, one file of each changed, warm cache; {style}"))
            .Side("docker build, tag, push, one after another", () => ScriptAsync(workspace, $"t{++tag}"), () => workspace.Change())
            .Side("Get-ReleaseImage | Build-AppImage | Push-EcrImage", () => Pipe(session, $"t{++tag}"), () => workspace.Change())
            .RunAsync(runs);

        var alone = new Measurement("one image alone, built and pushed");
        for (var image = 0; image < ImageWorkspace.Images; image++)
        {
            var only = image;
            alone.Side($"s{only}", () => Pipe(session, $"t{++tag}", $"s{only}"), () => workspace.Change(only));
        }

        var longest = (await alone.RunAsync(runs)).Max();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  all four take x {all[1] / longest:0.00} of the longest alone; the script takes x {all[0] / all[1]:0.00} of the pipeline"));
        Console.WriteLine();

        if (!copiesAll)
            await NothingChangedAsync(workspace, session, runs);
    }

    private static async Task NothingChangedAsync(ImageWorkspace workspace, Session session, int runs)
    {
        await workspace.CommitAsync();
        await Pipe(session, "released");
        using var witness = DockerWitness.OnPath();
        var medians = await new Measurement("nothing changed since the last release, whole processes")
            .Side("it imports the module", () => Session.InProcessAsync(workspace.Folder, "$null"))
            .Side("and runs a pipeline of PowerShell's own", () => Session.InProcessAsync(workspace.Folder, OwnPipeline))
            .Side("and runs the pipeline", () => Session.InProcessAsync(workspace.Folder, Pipeline("released")))
            .Side("and runs it without -Tag", () => Session.InProcessAsync(workspace.Folder, Pipeline(TagOfGit)))
            .RunAsync(runs);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"  beyond a process that runs a pipeline: {medians[2] - medians[1]:0} ms; beyond one that runs none: {medians[2] - medians[0]:0} ms; the tag from git: {medians[3] - medians[2]:0} ms more; docker processes started: {witness.Starts}"));
        Console.WriteLine();

        var running = await new Measurement("the same in a running session")
            .Side("the pipeline", () => Pipe(session, "released"))
            .Side("the pipeline without -Tag", () => Pipe(session, TagOfGit))
            .RunAsync(runs);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  the tag from git, which has it look at all the workspace: {running[1] - running[0]:0} ms more"));
        Console.WriteLine();
    }

    private static async Task MemoryAsync(string host)
    {
        using var workspace = await BigWorkspace.CreateAsync(host);
        var idle = await Session.InProcessAsync(workspace.Folder, "$null = Get-ReleaseImage");
        var peak = await Session.InProcessAsync(workspace.Folder, Pipeline("big"));
        Console.WriteLine("peak memory of the process that builds and pushes a context and a layer of 1 GB");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  idle module {idle / 1e6:0.0} MB, at work {peak / 1e6:0.0} MB: {(peak - idle) / 1e6:0.0} MB above"));
        Console.WriteLine();
    }

    private static Task<string> ScriptAsync(ImageWorkspace workspace, string tag) => Repository.RunAsync(workspace.Folder, "bash", "-c", workspace.Script(tag));

    private static string Pipeline(string? tag, string? only = null) => $"Get-ReleaseImage {only} | Build-AppImage {(tag is TagOfGit ? "" : $"-Tag {tag}")} | Push-EcrImage";

    private static Task Pipe(Session session, string? tag, string? only = null)
    {
        var pushed = session.Run(Pipeline(tag, only));
        return pushed.Count == (only is null ? ImageWorkspace.Images : 1) ? Task.CompletedTask : throw new InvalidOperationException($"{pushed.Count} images came out.");
    }
}
