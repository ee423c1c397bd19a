using System.Text;

namespace ReleaseTools.Engine.Tests.Images.Registries.Oci;

/// <summary>A docker configuration for one test.</summary>
internal sealed class DockerLogins : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public string File => Path.Combine(folder.Path, "config.json");

    public Dictionary<string, string> Environment => new(StringComparer.Ordinal) { ["DOCKER_CONFIG"] = folder.Path };

    public DockerLogins Write(string json)
    {
        folder.Write("config.json", json);
        return this;
    }

    public DockerLogins Add(string server, string user, string password) =>
        Write($$"""{ "auths": { "{{server}}": { "auth": "{{Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}}" } } }""");

    public void Dispose() => folder.Dispose();
}
