using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace ReleaseTools.Tests.Example;

/// <summary>What this machine has for a release.</summary>
internal static class Executables
{
    /// <summary>Whether a program is on PATH.</summary>
    public static bool Exist(string program) => Folders(Environment.GetEnvironmentVariable("PATH") ?? "").Any(folder => Holds(folder, program));

    /// <summary>
    /// A PATH without a program and with all others: a folder that holds it is replaced by one, under <paramref name="into"/>,
    /// of links to the rest.
    /// </summary>
    public static string PathWithout(string program, string path, string into)
    {
        var folders = Folders(path).Select((folder, place) => Holds(folder, program) ? LinkedWithout(program, folder, Path.Combine(into, $"path-without-{program}-{place}")) : folder);
        return string.Join(Path.PathSeparator, folders);
    }

    /// <summary>Skips a test where no Docker engine answers, or nothing is there to build with.</summary>
    public static async Task RequireDockerAsync()
    {
        var why = await WhyNoDockerAsync();
        Assert.SkipWhen(why is not null, why ?? "");
    }

    /// <summary>Why Docker cannot build here; null when it can.</summary>
    public static async Task<string?> WhyNoDockerAsync() => !Exist("docker") ? "The docker CLI is not installed."
        : await EngineAnswersAsync() ? null
        : "No Docker engine answers at DOCKER_HOST.";

    /// <summary>Removes from the engine what a workspace's releases built there.</summary>
    public static void RemoveImages(ExampleWorkspace workspace)
    {
        var built = Docker("image", "ls", "--quiet", "--filter", $"reference=127.0.0.1:{workspace.Port}/*").Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct();
        Docker(["image", "rm", "--force", .. built]);
    }

    private static string Docker(params string[] arguments)
    {
        using var docker = Process.Start(new ProcessStartInfo("docker", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var output = docker.StandardOutput.ReadToEnd();
        docker.WaitForExit();
        return output;
    }

    private static async Task<bool> EngineAnswersAsync()
    {
        var host = Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } named ? named : "unix:///var/run/docker.sock";
        if (!host.StartsWith("unix://", StringComparison.Ordinal))
            return false;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(host["unix://".Length..]));
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync(Encoding.ASCII.GetBytes("GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n"));
            using var reader = new StreamReader(stream);
            return (await reader.ReadLineAsync())?.Contains(" 200 ", StringComparison.Ordinal) is true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static string LinkedWithout(string program, string folder, string links)
    {
        if (Directory.Exists(links))
            return links;
        Directory.CreateDirectory(links);
        foreach (var file in Directory.EnumerateFileSystemEntries(folder).Where(file => Path.GetFileNameWithoutExtension(file) != program))
            File.CreateSymbolicLink(Path.Combine(links, Path.GetFileName(file)), file);
        return links;
    }

    private static bool Holds(string folder, string program) => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe"));

    private static string[] Folders(string path) => path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
}
