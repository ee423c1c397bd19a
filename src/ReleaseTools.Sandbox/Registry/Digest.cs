using System.Buffers;
using System.Security.Cryptography;

namespace ReleaseTools.Sandbox.Registry;

/// <summary>Content digests, <c>sha256:</c> and 64 lower-case hexadecimal digits; ECR takes no other algorithm.</summary>
internal static class Digest
{
    private const string Prefix = "sha256:";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>The digest of bytes.</summary>
    public static string Of(ReadOnlySpan<byte> bytes) => FromHash(SHA256.HashData(bytes));

    /// <summary>The digest that a SHA-256 hash writes as.</summary>
    public static string FromHash(ReadOnlySpan<byte> hash) => Prefix + Convert.ToHexString(hash).ToLowerInvariant();

    /// <summary>Whether a text is a digest; the digits go into a file's name, so nothing else may pass.</summary>
    public static bool IsValid(string? text) =>
        text is { Length: 71 } && text.StartsWith(Prefix, StringComparison.Ordinal) && text.AsSpan(Prefix.Length).IndexOfAnyExcept(HexDigits) < 0;

    /// <summary>The digits of a digest.</summary>
    public static string Hex(string digest) => digest[Prefix.Length..];
}
