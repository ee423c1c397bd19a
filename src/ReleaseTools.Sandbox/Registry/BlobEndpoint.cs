using System.Globalization;
using System.Net.Http.Headers;
using ReleaseTools.Sandbox.Ecr;
using ReleaseTools.Sandbox.Server;

namespace ReleaseTools.Sandbox.Registry;

/// <summary>Pulling blobs: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-blobs</summary>
internal sealed class BlobEndpoint(ImageCatalog catalog, BlobStore blobs)
{
    /// <summary>A blob, or from a byte on when the request resumes.</summary>
    public RegistryAnswer Get(string repository, string? digest, bool headOnly, string? range)
    {
        if (!Digest.IsValid(digest))
            throw RegistryException.DigestInvalid();
        if (!catalog.HasBlob(repository, digest!) || blobs.Length(digest!) is not { } length)
            throw new RegistryException(404, "BLOB_UNKNOWN", "blob unknown to registry");

        var headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Docker-Content-Digest"] = digest!, ["Accept-Ranges"] = "bytes" };
        var start = headOnly ? 0 : ResumesAt(range, length);
        if (start > 0)
            headers["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes {start}-{length - 1}/{length}");
        var body = headOnly ? null : blobs.Open(digest!);
        body?.Seek(start, SeekOrigin.Begin);
        return new RegistryAnswer
        {
            Status = start > 0 ? 206 : 200,
            ContentType = "application/octet-stream",
            ContentLength = length - start,
            Headers = headers,
            Body = body,
        };
    }

    // Clients that resume a pull ask for `bytes=N-`. Any other range may be answered with the whole (RFC 9110, 14.2).
    private static long ResumesAt(string? range, long length)
    {
        if (!RangeHeaderValue.TryParse(range, out var parsed) || parsed.Ranges.Count != 1)
            return 0;
        var only = parsed.Ranges.First();
        return only is { From: { } from, To: null } && from < length ? from : 0;
    }
}
