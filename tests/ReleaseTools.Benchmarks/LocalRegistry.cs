using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace ReleaseTools.Benchmarks;

/// <summary>
/// A registry to push to, with a password: Debian's docker-registry, started for this run. docker and the module find the
/// password where <c>docker login</c> leaves it, in a configuration of this run's own.
/// </summary>
internal sealed class LocalRegistry : IDisposable
{
    private const string User = "benchmark";
    private readonly string folder = Directory.CreateTempSubdirectory("releasetools-registry-").FullName;
    private readonly Process process;

    private LocalRegistry(string host, string password)
    {
        Host = host;
        DockerConfig = Directory.CreateDirectory(Path.Combine(folder, "docker")).FullName;
        File.WriteAllText(
            Path.Combine(DockerConfig, "config.json"),
            $$"""{ "auths": { "{{host}}": { "auth": "{{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{password}"))}}" } } }""");
        var passwords = Path.Combine(folder, "htpasswd");
        File.WriteAllText(passwords, Repository.RunAsync(folder, "htpasswd", "-nbB", User, password).GetAwaiter().GetResult());
        var settings = Path.Combine(folder, "registry.yml");
        File.WriteAllText(settings, $$"""
            version: 0.1
            log: { level: error }
            storage: { filesystem: { rootdirectory: {{folder}}/data }, delete: { enabled: true } }
            http: { addr: "{{host}}" }
            auth: { htpasswd: { realm: benchmark, path: {{passwords}} } }
            """);
        process = Process.Start(new ProcessStartInfo("docker-registry", ["serve", settings]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Host and port.</summary>
    public string Host { get; }

    /// <summary>The folder for <c>DOCKER_CONFIG</c>.</summary>
    public string DockerConfig { get; }

    /// <summary>Starts it, and waits until it answers.</summary>
    public static async Task<LocalRegistry> StartAsync()
    {
        var registry = new LocalRegistry(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort()}"), RandomNumberGenerator.GetHexString(24));
        using var http = new HttpClient();
        for (var left = 100; ; left--)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri($"http://{registry.Host}/v2/"));
                if (answer.StatusCode == HttpStatusCode.Unauthorized)
                    return registry;
            }
            catch (HttpRequestException) when (left > 0 && !registry.process.HasExited)
            {
            }

            await Task.Delay(100);
        }
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
