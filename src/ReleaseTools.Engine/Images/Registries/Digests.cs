using System.Security.Cryptography;
using System.Text;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>Content digests.</summary>
internal static class Digests
{
    /// <summary>The digest of a text as UTF-8, by the algorithm that <paramref name="like"/> names.</summary>
    public static string Of(string content, string like) => Of(Encoding.UTF8.GetBytes(content), like);

    /// <summary>The digest of bytes, by the algorithm that <paramref name="like"/> names.</summary>
    public static string Of(ReadOnlySpan<byte> content, string like) =>
        like.StartsWith("sha512:", StringComparison.Ordinal)
            ? "sha512:" + Convert.ToHexString(SHA512.HashData(content)).ToLowerInvariant()
            : "sha256:" + Convert.ToHexString(SHA256.HashData(content)).ToLowerInvariant();
}
