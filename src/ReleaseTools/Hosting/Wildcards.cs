using System.Management.Automation;

namespace ReleaseTools.Hosting;

/// <summary>Names given with wildcards; none given fits every name.</summary>
internal sealed class Wildcards
{
    private readonly WildcardPattern[] patterns;

    private Wildcards(WildcardPattern[] patterns) => this.patterns = patterns;

    /// <summary>The wildcards of a parameter.</summary>
    public static Wildcards Of(IEnumerable<string> names) => new([.. names.Select(name => new WildcardPattern(name, WildcardOptions.IgnoreCase))]);

    /// <summary>Whether a name fits one of them.</summary>
    public bool Fit(string name) => patterns.Length == 0 || Array.Exists(patterns, pattern => Fits(pattern, name));

    // A pattern that is none, such as an open bracket, fits nothing, which is told as that.
    private static bool Fits(WildcardPattern pattern, string name)
    {
        try
        {
            return pattern.IsMatch(name);
        }
        catch (WildcardPatternException)
        {
            return false;
        }
    }
}
