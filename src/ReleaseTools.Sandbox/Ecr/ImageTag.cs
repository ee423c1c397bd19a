using System.Text.RegularExpressions;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>What may be a tag and a repository's name.</summary>
internal static partial class ImageTag
{
    /// <summary>Whether a text may be a tag.</summary>
    public static bool IsValid(string? tag) => tag is not null && Tag().IsMatch(tag);

    /// <summary>Whether a text may be a repository's name.</summary>
    public static bool IsRepository(string? name) => name is { Length: >= 2 and <= 256 } && Repository().IsMatch(name);

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$", RegexOptions.None, 1000)]
    private static partial Regex Tag();

    [GeneratedRegex("^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$", RegexOptions.None, 1000)]
    private static partial Regex Repository();
}
