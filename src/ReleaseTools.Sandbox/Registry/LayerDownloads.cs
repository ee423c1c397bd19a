using System.Security.Cryptography;
using System.Text;
using ReleaseTools.Sandbox.Ecr;
using ReleaseTools.Sandbox.Server;

namespace ReleaseTools.Sandbox.Registry;

/// <summary>
/// What GetDownloadUrlForLayer leads to: at AWS a signed URL of S3's. It stands for its own authorization, and as S3 it
/// refuses a request that brings another one along.
/// </summary>
internal sealed class LayerDownloads(SandboxWorld world, ImageCatalog catalog, BlobStore blobs)
{
    /// <summary>What the paths of these URLs begin with.</summary>
    public const string Root = "/layers/";

    private static readonly TimeSpan Lasts = TimeSpan.FromHours(1);
    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);

    /// <summary>The URL of a layer that the repository holds.</summary>
    public string Url(string repository, string digest)
    {
        var expires = (world.Options.WallClock.GetUtcNow() + Lasts).ToUnixTimeSeconds();
        var path = $"{Root}{repository}/{digest}";
        return $"http://{world.Host}{path}?X-Amz-Expires={expires}&X-Amz-Signature={Signature(path, expires)}";
    }

    /// <summary>The repository that a path is about.</summary>
    public static string? RepositoryOf(string path) => Split(path) is (var repository, _) ? repository : null;

    /// <summary>Answers a request for such a URL.</summary>
    public RegistryAnswer Get(RegistryRequest request)
    {
        if (request.Headers["Authorization"] is not null)
            throw new RegistryException(400, "InvalidArgument", "Only one auth mechanism allowed");
        if (Split(request.Path) is not var (repository, digest) || request.Method is not "GET"
            || !long.TryParse(request.Query["X-Amz-Expires"], out var expires) || request.Query["X-Amz-Signature"] != Signature(request.Path, expires))
            throw new RegistryException(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.");
        return DateTimeOffset.FromUnixTimeSeconds(expires) > world.Options.WallClock.GetUtcNow()
            ? new BlobEndpoint(catalog, blobs).Get(repository, digest, headOnly: false, range: null)
            : throw new RegistryException(403, "AccessDenied", "Request has expired");
    }

    private static (string Repository, string Digest)? Split(string path) =>
        path.LastIndexOf('/') is var slash && slash > Root.Length ? (path[Root.Length..slash], path[(slash + 1)..]) : null;

    private string Signature(string path, long expires) => Convert.ToHexString(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{path} {expires}")));
}
