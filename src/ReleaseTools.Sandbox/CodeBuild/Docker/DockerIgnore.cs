using System.Text;
using System.Text.RegularExpressions;

namespace ReleaseTools.Sandbox.CodeBuild.Docker;

/// <summary>Which files of a build context are left out: https://docs.docker.com/build/concepts/context/#dockerignore-files</summary>
internal sealed class DockerIgnore
{
    private readonly List<(Regex Pattern, bool Excludes)> rules = [];

    private DockerIgnore(IEnumerable<string> lines)
    {
        foreach (var line in lines.Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#'))
        {
            var pattern = line.TrimStart('!').Trim('/');
            if (pattern.Length > 0)
                rules.Add((Glob(pattern, alsoBelow: true), line[0] != '!'));
        }
    }

    /// <summary>Reads the file beside the Dockerfile (<c>name.dockerignore</c>), or the context's own; no file leaves nothing out.</summary>
    public static DockerIgnore Of(string context, string dockerfile)
    {
        var file = new[] { dockerfile + ".dockerignore", Path.Combine(context, ".dockerignore") }.FirstOrDefault(File.Exists);
        return new DockerIgnore(file is null ? [] : File.ReadAllLines(file));
    }

    /// <summary>Whether a path, relative to the context with forward slashes, is left out. The last rule that fits decides.</summary>
    public bool Excludes(string path)
    {
        var excluded = false;
        foreach (var (pattern, excludes) in rules)
        {
            if (pattern.IsMatch(path))
                excluded = excludes;
        }
        return excluded;
    }

    /// <summary>A pattern of Go's <c>filepath.Match</c>, with <c>**</c> for any number of directories.</summary>
    public static Regex Glob(string pattern, bool alsoBelow)
    {
        var text = new StringBuilder("^");
        for (var index = 0; index < pattern.Length; index++)
        {
            if (pattern.AsSpan(index).StartsWith("**/"))
            {
                text.Append("(?:.*/)?");
                index += 2;
            }
            else if (pattern.AsSpan(index).StartsWith("**"))
            {
                text.Append(".*");
                index++;
            }
            else
            {
                text.Append(pattern[index] switch
                {
                    '*' => "[^/]*",
                    '?' => "[^/]",
                    '[' or ']' => pattern[index].ToString(),
                    var c => Regex.Escape(c.ToString()),
                });
            }
        }
        return new Regex(text.Append(alsoBelow ? "(?:/.*)?$" : "$").ToString(), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
    }
}
