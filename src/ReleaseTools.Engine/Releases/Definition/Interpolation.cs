using System.Text.RegularExpressions;

namespace ReleaseTools.Engine.Releases.Definition;

/// <summary>A value with its variables filled in.</summary>
/// <param name="Value">The value.</param>
/// <param name="Source">The text it came from.</param>
/// <param name="IsSensitive">Whether a sensitive variable is in it, so that errors must not show it.</param>
internal sealed record FilledText(string Value, DefinitionText Source, bool IsSensitive)
{
    /// <summary>How an error shows it: as written, and what that became where it may be shown.</summary>
    public string Shown => IsSensitive || string.Equals(Value, Source.Raw, StringComparison.Ordinal) ? $"'{Source.Raw}'" : $"'{Value}' (from {Source.Raw})";
}

/// <summary>Fills <c>${NAME}</c> from the env file, then from the process environment. <c>$${</c> stands for <c>${</c>.</summary>
internal sealed partial class Interpolation(InfraEnvironment? environment, IReadOnlyDictionary<string, string> processEnvironment, DefinitionProblems problems)
{
    private readonly Dictionary<string, InfraVariable> variables =
        (environment?.Variables ?? []).GroupBy(v => v.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);

    /// <summary>The first variable that nothing gave, where there was no env file to look in.</summary>
    public string? MissedWithoutEnvFile { get; private set; }

    /// <summary>The text filled in; null, with the problem said, where it cannot be.</summary>
    public FilledText? Fill(DefinitionText? text)
    {
        if (text is null)
            return null;
        if (!text.Raw.Contains('$', StringComparison.Ordinal))
            return new(text.Raw, text, IsSensitive: false);
        bool failed = false, sensitive = false;
        var value = Variable().Replace(text.Raw, match =>
        {
            if (match.Value is "$${")
                return "${";
            if (!match.Groups["name"].Success)
            {
                failed = true;
                problems.Add(text.At(match.Index), "'${' must be followed by a name and '}'. Write '$${' for the characters themselves.");
                return "";
            }

            var name = match.Groups["name"].Value;
            if (variables.TryGetValue(name, out var variable))
            {
                sensitive |= variable.IsSensitive;
                return variable.Reveal();
            }

            if (processEnvironment.TryGetValue(name, out var ofProcess))
                return ofProcess;
            failed = true;
            SayUnknown(name, text.At(match.Index));
            return "";
        });
        return failed ? null : new(value, text, sensitive);
    }

    private void SayUnknown(string name, SourcePosition position)
    {
        if (environment is null)
        {
            MissedWithoutEnvFile ??= name;
            problems.Add(position, $"'{name}' is not known: there is no env file, and it is not in the process environment.");
            return;
        }

        var names = variables.Keys.Order(StringComparer.Ordinal).ToList();
        var known = names.Count == 0 ? "The env file is empty." : $"The env file has {string.Join(", ", names)}.";
        problems.Add(position, $"'{name}' is neither in the env file nor in the process environment.{NearestName.Ask(name, names)} {known}");
    }

    [GeneratedRegex(@"\$\$\{|\$\{(?:(?<name>[A-Za-z_][A-Za-z0-9_]*)\})?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Variable();
}
