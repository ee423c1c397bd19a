using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ReleaseTools.Tests.Shell;

namespace ReleaseTools.Tests.Example;

/// <summary>A copy of the example in a git repository of its own, with a sandbox of its own, released by its release.ps1.</summary>
internal sealed class ExampleWorkspace : IDisposable
{
    private static readonly string Source = Path.Combine(PackagedModule.Root, "examples", "stereo-spot");

    private readonly string folder = Directory.CreateTempSubdirectory("releasetools-").FullName;

    private ExampleWorkspace(string name) => Root = Path.Combine(folder, name);

    public string Root { get; }

    /// <summary>The port of its sandbox. It stays the same from run to run, since the images' names, which the sandbox keeps, hold it.</summary>
    public string Port { get; } = FreePort().ToString(CultureInfo.InvariantCulture);

    public string EnvFile => PathOf("packages/aws-infra/.env");

    /// <summary>Variables of the processes started here that differ from this one's.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public static async Task<ExampleWorkspace> CreateAsync(string name = "stereo-spot")
    {
        Assert.SkipUnless(Executables.Exist("git"), "git is not installed.");
        var workspace = new ExampleWorkspace(name);
        // What earlier releases left in the example is not copied: .gitignore knows it, so git is asked what the example is.
        foreach (var file in (await GitAsync(Source, "ls-files", "-z", "--cached", "--others", "--exclude-standard")).Split('\0', StringSplitOptions.RemoveEmptyEntries))
            workspace.Write(file, await File.ReadAllBytesAsync(Path.Combine(Source, file)));
        var ignored = (await File.ReadAllTextAsync(Path.Combine(PackagedModule.Root, ".gitignore"))).Replace("examples/stereo-spot/", "", StringComparison.Ordinal);
        workspace.Write(".gitignore", Encoding.UTF8.GetBytes(ignored));
        await GitAsync(workspace.Root, "init", "-q");
        await workspace.CommitAsync();
        return workspace;
    }

    /// <summary>Takes a program off PATH.</summary>
    public ExampleWorkspace Without(string program)
    {
        Environment["PATH"] = PathWithout(program);
        return this;
    }

    /// <summary>PATH without a program and with all others.</summary>
    public string PathWithout(string program) => Executables.PathWithout(program, System.Environment.GetEnvironmentVariable("PATH") ?? "", folder);

    public string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>A file beside the workspace, which no release sees.</summary>
    public string Beside(string name) => Path.Combine(folder, name);

    public async Task ChangeAsync(string relative)
    {
        await File.AppendAllTextAsync(PathOf(relative), "\n");
        await CommitAsync();
    }

    /// <summary>Runs release.ps1 in a shell of its own.</summary>
    public async Task<ExampleRun> ReleaseAsync(string builder)
    {
        var calls = Beside("calls");
        File.Delete(calls);
        var result = await RunAsync([PathOf("release.ps1"), "-Builder", builder, "-CallLog", calls, .. SandboxArguments()]);
        return new ExampleRun(result, File.Exists(calls) ? SandboxCalls.Parse(await File.ReadAllLinesAsync(calls)) : new SandboxCalls([]));
    }

    /// <summary>Runs a script that stands beside the tests, with this workspace for its first argument.</summary>
    public Task<ShellResult> RunScriptAsync(string script, params string[] arguments) =>
        RunAsync([Path.Combine(PackagedModule.Root, "tests", "ReleaseTools.Tests", "Example", script), Root, .. arguments]);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string[] SandboxArguments() => ["-Port", Port, "-TimeScale", "600", "-StatePath", Beside("sandbox")];

    private Task<ShellResult> RunAsync(params string[] arguments) => ShellProcess.RunAsync(Environment, arguments);

    private async Task CommitAsync()
    {
        await GitAsync(Root, "add", "-A");
        await GitAsync(Root, "-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "t");
    }

    private void Write(string relative, byte[] content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(relative))!);
        File.WriteAllBytes(PathOf(relative), content);
    }

    private static async Task<string> GitAsync(string directory, params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = directory, RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = await git.StandardOutput.ReadToEndAsync();
        await git.WaitForExitAsync();
        git.ExitCode.ShouldBe(0, $"git {string.Join(' ', arguments)}");
        return output;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
