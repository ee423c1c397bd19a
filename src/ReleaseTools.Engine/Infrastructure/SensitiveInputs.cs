using System.Text.RegularExpressions;

namespace ReleaseTools.Engine.Infrastructure;

/// <summary>
/// The values of sensitive variables that come from the environment (<c>TF_VAR_…</c>). A plan tells which values are sensitive, but a first plan that
/// fails has told nothing yet, and a <c>validation</c> or a provider may quote them.
/// </summary>
internal static partial class SensitiveInputs
{
    private const string Prefix = "TF_VAR_";

    public static IReadOnlyList<string> Of(string directory, IReadOnlyDictionary<string, string> environment)
    {
        var given = environment.Where(variable => variable.Key.StartsWith(Prefix, StringComparison.Ordinal)).ToList();
        if (given.Count == 0)
            return [];
        var sensitive = Directory.EnumerateFiles(directory, "*.tf").SelectMany(file => Sensitive(File.ReadAllText(file))).ToHashSet(StringComparer.Ordinal);
        return [.. given.Where(variable => sensitive.Contains(variable.Key[Prefix.Length..])).Select(variable => variable.Value)];
    }

    // No parser of HCL: what stands from one variable's head to the next block's is taken for the variable. A mistake masks too much.
    private static IEnumerable<string> Sensitive(string configuration) =>
        Variable().Matches(configuration).Where(variable => Mark().IsMatch(variable.Groups["body"].Value)).Select(variable => variable.Groups["name"].Value);

    [GeneratedRegex("""^[ \t]*variable\s+"(?<name>[^"]+)"\s*\{(?<body>.*?)(?=^[a-z_]+[^=\n]*\{|\z)""", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.Singleline, 1000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"\bsensitive\s*=\s*true\b", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Mark();
}
