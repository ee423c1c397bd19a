using System.Text;
using System.Text.RegularExpressions;

namespace ReleaseTools.Engine.Releases.Source;

/// <summary>The files a build context leaves out.</summary>
/// <remarks>
/// The rules are those of moby's patternmatcher: patterns from the context's root, Go's <c>filepath.Match</c> with <c>**</c>, a match on a folder goes for
/// all in it, the last match wins, <c>!</c> takes back. See https://docs.docker.com/build/concepts/context/#dockerignore-files.
/// </remarks>
internal sealed class DockerIgnore
{
    private readonly List<(Regex Pattern, bool Excludes)> rules = [];

    private DockerIgnore(string text)
    {
        Text = text;
        foreach (var line in text.TrimStart('\uFEFF').Split('\n').Where(line => !line.StartsWith('#')).Select(line => line.Trim()))
        {
            var excludes = !line.StartsWith('!');
            var pattern = Clean(excludes ? line : line[1..].Trim());
            if (pattern.Length > 0)
                rules.Add((new Regex(ToRegex(pattern), RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1)), excludes));
        }
    }

    /// <summary>The file's text.</summary>
    public string Text { get; }

    /// <summary>Whether a <c>!</c> may take back something of a folder that is left out.</summary>
    public bool TakesBack => rules.Exists(rule => !rule.Excludes);

    /// <summary>The ignore file of a build: the Dockerfile's own before the context's. Null where there is none.</summary>
    public static DockerIgnore? Of(string? dockerfile, string context)
    {
        string[] candidates = dockerfile is null ? [] : [$"{dockerfile}.dockerignore"];
        return candidates.Append(Path.Combine(context, ".dockerignore")).FirstOrDefault(File.Exists) is { } file ? new(File.ReadAllText(file)) : null;
    }

    internal static DockerIgnore Parse(string text) => new(text);

    /// <summary>Whether a path (from the context's root, with <c>/</c>) stays out of the context.</summary>
    public bool Excludes(string path)
    {
        var excluded = false;
        foreach (var (pattern, excludes) in rules)
        {
            if (excluded != excludes && pattern.IsMatch(path))
                excluded = excludes;
        }

        return excluded;
    }

    private static string Clean(string pattern)
    {
        var parts = new List<string>();
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part is not "."))
        {
            if (part is not "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }

        return string.Join('/', parts);
    }

    private static string ToRegex(string pattern)
    {
        var regex = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*' when i + 1 < pattern.Length && pattern[i + 1] == '*':
                    i++;
                    if (i + 1 < pattern.Length && pattern[i + 1] == '/')
                    {
                        i++;
                        regex.Append("(.*/)?");
                    }
                    else
                    {
                        regex.Append(".*");
                    }

                    break;
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '[' when pattern.IndexOf(']', i) is var end && end > i:
                    regex.Append(pattern.AsSpan(i, end - i + 1)); // Go's classes are written as .NET's, [^…] included
                    i = end;
                    break;
                case '\\' when i + 1 < pattern.Length:
                    regex.Append(Regex.Escape(pattern[++i].ToString()));
                    break;
                default:
                    regex.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }

        return regex.Append("(/.*)?\\z").ToString();
    }
}
