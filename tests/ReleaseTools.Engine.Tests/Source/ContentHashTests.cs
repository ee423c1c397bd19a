using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using ReleaseTools.Engine.Releases.Source;

namespace ReleaseTools.Engine.Tests.Source;

public sealed class ContentHashTests
{
    [Fact]
    public void It_is_the_sha256_of_each_text_behind_its_length() =>
        Hash(("a", ["b", null]), ("é", [""])).ShouldBe(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes("1:a1:b-\n2:é0:\n"))).ToLowerInvariant());

    [Fact]
    public void Texts_of_any_length_and_number_are_hashed_whole()
    {
        var parts = Enumerable.Range(0, 5_000).Select(i => (Name: $"{i}", Values: (string?[])[new string('x', i)])).ToArray();
        var whole = string.Concat(parts.Select(part => $"{part.Name.Length}:{part.Name}{part.Values[0]!.Length}:{part.Values[0]}\n"));

        Hash(parts).ShouldBe(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(whole))).ToLowerInvariant());
    }

    [Fact]
    public void No_two_lists_of_parts_run_together_into_one() =>
        Prop.ForAll<string[], string[]>((one, other) => Of(one ?? []) == Of(other ?? []) == (one ?? []).SequenceEqual(other ?? [], StringComparer.Ordinal)).QuickCheckThrowOnFailure();

    private static string Of(string?[] values) => Hash(("name", values.Select(value => value ?? "").ToArray()));

    private static string Hash(params (string Name, string?[] Values)[] parts)
    {
        using var hash = new ContentHash();
        foreach (var (name, values) in parts)
            hash.Add(name, values);
        return hash.ToHex();
    }
}
