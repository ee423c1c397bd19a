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
    public bool Fit(string name) => patterns.Length == 0 || Array.Exists(patterns, pattern => pattern.IsMatch(name));
}
