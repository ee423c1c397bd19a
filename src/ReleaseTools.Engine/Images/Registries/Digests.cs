using System.Security.Cryptography;
using System.Text;
using ReleaseTools.Engine.Errors;

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

    /// <summary>The content, whose digest is the one given.</summary>
    /// <exception cref="ReleaseException"><c>RegistryAnswerInvalid</c>: it is another.</exception>
    public static byte[] Checked(byte[] content, string digest, string repository) => Of(content, digest) == digest
        ? content
        : throw ReleaseException.For(nameof(Messages.RegistryAnswerInvalid), ErrorKind.Failed, repository, repository, $"something else than the blob {digest}");
}
