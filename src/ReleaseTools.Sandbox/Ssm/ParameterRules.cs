using System.Text;
using System.Text.RegularExpressions;

namespace ReleaseTools.Sandbox.Ssm;

/// <summary>
/// What a parameter's name and value may be:
/// https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
/// </summary>
internal static partial class ParameterRules
{
    private const int DeepestLevel = 15;
    private const int StandardBytes = 4096;
    private const int AdvancedBytes = 8192;

    public static void CheckName(string name)
    {
        if (!NameCharacters().IsMatch(name))
            throw new SandboxException("ValidationException", "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_");
        var first = name.TrimStart('/').Split('/')[0];
        if (first.StartsWith("aws", StringComparison.OrdinalIgnoreCase) || first.StartsWith("ssm", StringComparison.OrdinalIgnoreCase))
            throw new SandboxException("ValidationException", "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).");
        if (name.Contains('/', StringComparison.Ordinal) && name[0] != '/')
            throw new SandboxException("ValidationException", "Parameter name must be a fully qualified name.");
        if (name.Count(character => character == '/') > DeepestLevel)
            throw new SandboxException("HierarchyLevelLimitExceededException", $"Parameter name: the hierarchy can have at most {DeepestLevel} levels.");
    }

    /// <summary>The tier of a value: Standard up to 4 KB, Advanced up to 8 KB; Intelligent-Tiering takes what it needs.</summary>
    public static string TierFor(string value, string? asked)
    {
        var bytes = Encoding.UTF8.GetByteCount(value);
        var tier = asked is "Intelligent-Tiering" ? (bytes > StandardBytes ? "Advanced" : "Standard") : asked ?? "Standard";
        if (tier is not ("Standard" or "Advanced"))
            throw new SandboxException("ValidationException", $"1 validation error detected: Value '{tier}' at 'tier' failed to satisfy constraint: Member must satisfy enum value set: [Standard, Advanced, Intelligent-Tiering]");
        if (tier is "Standard" && bytes > StandardBytes)
            throw new SandboxException("ValidationException", $"Standard tier parameters support a maximum parameter value of {StandardBytes} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier.");
        if (bytes > AdvancedBytes)
            throw new SandboxException("ValidationException", $"Advanced tier parameters support a maximum parameter value of {AdvancedBytes} characters.");
        return tier;
    }

    [GeneratedRegex("^[A-Za-z0-9_./-]{1,1011}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex NameCharacters();
}
