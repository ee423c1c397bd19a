using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ReleaseTools.Engine.Images.Docker;

/// <summary>What an engine is reached over TLS with: paths of PEM files.</summary>
/// <param name="Authority">Whom the engine's certificate must come from; null for whom the machine trusts.</param>
/// <param name="Certificate">Our certificate; null where the engine asks for none.</param>
/// <param name="Key">Its key.</param>
/// <param name="AcceptsAny">Whether the engine's certificate is not looked at.</param>
public sealed record DockerTls(string? Authority, string? Certificate, string? Key, bool AcceptsAny)
{
    private const string Endpoint = "docker"; // a context's endpoints have names, and this is the engine's

    /// <summary>The files of a folder that is named for it (<c>DOCKER_CERT_PATH</c>): all must be there.</summary>
    public static DockerTls In(string folder) => new(Path.Combine(folder, "ca.pem"), Path.Combine(folder, "cert.pem"), Path.Combine(folder, "key.pem"), AcceptsAny: false);

    /// <summary>
    /// What a context was made with, <c>docker context create --docker host=…,ca=…,cert=…,key=…,skip-tls-verify=…</c>, each of which
    /// may be left out; null without any. Both folders are named by the SHA-256 of the context's name (docker/cli, cli/context/store).
    /// </summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="JsonException">Its <c>meta.json</c> is no JSON.</exception>
    public static DockerTls? OfContext(string config, string context)
    {
        var id = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(context))).ToLowerInvariant();
        var folder = Path.Combine(config, "contexts", "tls", id, Endpoint);
        var own = Array.Exists(["cert.pem", "key.pem"], name => File.Exists(Path.Combine(folder, name)));
        var all = In(folder);
        var tls = new DockerTls(
            File.Exists(all.Authority) ? all.Authority : null,
            own ? all.Certificate : null,
            own ? all.Key : null,
            SkipsVerification(Path.Combine(config, "contexts", "meta", id, "meta.json")));
        return tls is { Authority: null, Certificate: null, AcceptsAny: false } ? null : tls;
    }

    private static bool SkipsVerification(string metadata)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(metadata));
        return document.RootElement.TryGetProperty("Endpoints", out var endpoints)
            && endpoints.TryGetProperty(Endpoint, out var endpoint)
            && endpoint.TryGetProperty("SkipTLSVerify", out var skips)
            && skips.ValueKind == JsonValueKind.True;
    }
}
