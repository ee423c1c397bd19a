using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace ReleaseTools.Engine.Images.Registries.Oci;

/// <summary>How a registry wants to be shown who asks: <c>WWW-Authenticate</c> (https://www.rfc-editor.org/rfc/rfc9110#name-www-authenticate).</summary>
/// <param name="Scheme"><c>Basic</c> or <c>Bearer</c>; others are not met.</param>
/// <param name="Realm">The token server of a Bearer challenge.</param>
/// <param name="Service">The registry's name there.</param>
/// <param name="Scope">What is asked for, such as <c>repository:team/web-ui:pull,push</c>.</param>
/// <param name="Error">Why a token did not do, such as <c>insufficient_scope</c>.</param>
internal sealed partial record RegistryChallenge(string Scheme, string? Realm, string? Service, string? Scope, string? Error)
{
    private const int Longest = 4096;

    public bool IsBasic => string.Equals(Scheme, "Basic", StringComparison.OrdinalIgnoreCase);

    public bool IsBearer => string.Equals(Scheme, "Bearer", StringComparison.OrdinalIgnoreCase) && Realm is not null;

    public static RegistryChallenge Read(AuthenticationHeaderValue header)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var text = header.Parameter is { Length: <= Longest } all ? all : "";
        foreach (Match match in Parameters().Matches(text))
        {
            var quoted = match.Groups["quoted"];
            parameters.TryAdd(match.Groups["name"].Value, quoted.Success ? Unescaped(quoted.Value) : match.Groups["token"].Value);
        }

        return new RegistryChallenge(
            header.Scheme, parameters.GetValueOrDefault("realm"), parameters.GetValueOrDefault("service"), parameters.GetValueOrDefault("scope"), parameters.GetValueOrDefault("error"));
    }

    private static string Unescaped(string text) => text.Contains('\\', StringComparison.Ordinal) ? EscapedCharacter().Replace(text, "${character}") : text;

    [GeneratedRegex(
        """(?<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[^\s,"]+))""",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameters();

    [GeneratedRegex(@"\\(?<character>.)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EscapedCharacter();
}
