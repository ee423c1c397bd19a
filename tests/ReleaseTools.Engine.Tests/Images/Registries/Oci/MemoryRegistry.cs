using System.Text;
using ReleaseTools.Engine.Images.Registries;
using static ReleaseTools.Engine.Tests.Images.Registries.Oci.ScriptedServer;

namespace ReleaseTools.Engine.Tests.Images.Registries.Oci;

/// <summary>A registry with manifests and tags in memory, by the distribution protocol as far as a release speaks it.</summary>
internal sealed class MemoryRegistry : IDisposable
{
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";
    public const string IndexType = "application/vnd.oci.image.index.v1+json";
    private readonly ScriptedServer server;

    public MemoryRegistry() => server = new ScriptedServer(request => Before?.Invoke(request) ?? Answer(request));

    public string Host => server.Host;

    public string Repository => $"{Host}/team/web-ui";

    public ScriptedServer Server => server;

    public IReadOnlyList<Request> Requests => [.. server.Requests];

    /// <summary>Asked first; what it gives is the answer.</summary>
    public Func<Request, Reply?>? Before { get; set; }

    public Dictionary<string, (byte[] Content, string Type)> Manifests { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, string> Tags { get; } = new(StringComparer.Ordinal);

    /// <summary>Has the repository hold a manifest; its digest.</summary>
    public string Add(string content, params string[] tags) => Add(content, ManifestType, tags);

    public string Add(string content, string type, string[] tags)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var digest = Digests.Of(bytes, "sha256:");
        Manifests[digest] = (bytes, type);
        foreach (var tag in tags)
            Tags[tag] = digest;
        return digest;
    }

    /// <summary>An image whose configuration has a digest that ends so.</summary>
    public string AddImage(char config, params string[] tags) => Add($$"""{"schemaVersion":2,"config":{"digest":"sha256:{{new string(config, 64)}}","size":2},"layers":[]}""", tags);

    /// <summary>The protocol's error.</summary>
    public static Reply Error(int status, string code, string message, params (string Name, string Value)[] headers) =>
        new(status, $$"""{"errors":[{"code":"{{code}}","message":"{{message}}"}]}""", headers);

    public void Dispose() => server.Dispose();

    private Reply Answer(Request request)
    {
        const string prefix = "/v2/team/web-ui/manifests/";
        if (!request.Path.StartsWith(prefix, StringComparison.Ordinal))
            return Error(404, "NAME_UNKNOWN", "repository name not known to registry");
        var reference = request.Path[prefix.Length..];
        if (request.Method == "PUT")
        {
            var put = Digests.Of(request.Body, "sha256:");
            Manifests[put] = (request.Body, request.Headers["Content-Type"]);
            Tags[reference] = put;
            return new Reply(201, "", ("Docker-Content-Digest", put));
        }

        var digest = Tags.GetValueOrDefault(reference, reference);
        return Manifests.TryGetValue(digest, out var found)
            ? new Reply(200, found.Content, ("Content-Type", found.Type), ("Docker-Content-Digest", digest))
            : Error(404, "MANIFEST_UNKNOWN", "manifest unknown");
    }
}
