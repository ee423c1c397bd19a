using System.Diagnostics;
using System.Text.RegularExpressions;

namespace ReleaseTools.Engine.Tests.Images.Integration;

/// <summary>
/// A real docker-registry of the test's own, on a free port, over a folder of its own; it ends with the test, which is skipped where
/// the program is not on PATH.
/// </summary>
internal sealed partial class DockerRegistry : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Process process;

    private DockerRegistry(string auth, IReadOnlyDictionary<string, string> files)
    {
        foreach (var (name, content) in files)
            folder.Write(name, content);
        var configuration = folder.Write("config.yml", $$"""
            version: 0.1
            log: { level: info, formatter: text }
            storage: { filesystem: { rootdirectory: {{folder.Path}}/data } }
            http: { addr: "127.0.0.1:0" }
            {{auth.Replace("FOLDER", folder.Path, StringComparison.Ordinal)}}
            """);
        process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", configuration]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
    }

    public string Host { get; private set; } = "";

    /// <summary>A new repository in it.</summary>
    public string NewRepository => $"{Host}/test-{Guid.NewGuid():N}";

    /// <summary>One that asks nobody who they are.</summary>
    public static Task<DockerRegistry> OpenAsync() => StartAsync("", new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>One that takes the tokens of a server.</summary>
    public static Task<DockerRegistry> TrustingAsync(JwtTokenServer tokens) =>
        StartAsync(
            $$"""auth: { token: { realm: "{{tokens.Realm}}", service: "{{JwtTokenServer.Service}}", issuer: "{{JwtTokenServer.Issuer}}", rootcertbundle: FOLDER/tokens.pem } }""",
            new Dictionary<string, string>(StringComparer.Ordinal) { ["tokens.pem"] = tokens.Certificate });

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        folder.Dispose();
    }

    private static async Task<DockerRegistry> StartAsync(string auth, IReadOnlyDictionary<string, string> files)
    {
        var isThere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "docker-registry")));
        Assert.SkipUnless(isThere, "docker-registry is needed: it is not on PATH.");
        var registry = new DockerRegistry(auth, files);
        try
        {
            await registry.ListeningAsync();
            return registry;
        }
        catch
        {
            registry.Dispose();
            throw;
        }
    }

    private async Task ListeningAsync()
    {
        var said = new List<string>();
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            said.Add(line);
            if (Listening().Match(line) is not { Success: true } match)
                continue;
            Host = match.Groups["host"].Value;
            _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null); // so that its pipes never fill
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
            return;
        }

        Assert.Fail($"docker-registry ended:\n{string.Join('\n', said)}");
    }

    [GeneratedRegex(@"listening on (?<host>127\.0\.0\.1:\d+)")]
    private static partial Regex Listening();
}
