namespace ReleaseTools.Sandbox.Server.Signing;

/// <summary>The parts of <c>AWS4-HMAC-SHA256 Credential=key/date/region/service/aws4_request, SignedHeaders=a;b, Signature=hex</c>.</summary>
internal sealed record AuthorizationHeader(
    string AccessKeyId, string Date, string Region, string Service, IReadOnlyList<string> SignedHeaders, string Signature)
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    public string Scope => $"{Date}/{Region}/{Service}/aws4_request";

    /// <summary>Reads the header; what is missing is told as AWS tells it.</summary>
    public static (AuthorizationHeader? Header, string? Problem) Parse(string value)
    {
        if (!value.StartsWith(Algorithm + " ", StringComparison.Ordinal))
            return (null, $"Unsupported AWS 'algorithm': '{value.Split(' ', 2)[0]}'.");

        var parts = value[(Algorithm.Length + 1)..]
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2)
            .GroupBy(part => part[0], StringComparer.Ordinal)
            .ToDictionary(part => part.Key, part => part.First()[1], StringComparer.Ordinal);
        foreach (var name in new[] { "Credential", "Signature", "SignedHeaders" })
        {
            if (!parts.TryGetValue(name, out var part) || part.Length == 0)
                return (null, $"Authorization header requires '{name}' parameter.");
        }

        var credential = parts["Credential"].Split('/');
        if (credential.Length != 5 || credential[4] is not "aws4_request")
            return (null, $"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{parts["Credential"]}'");

        return (new AuthorizationHeader(credential[0], credential[1], credential[2], credential[3], parts["SignedHeaders"].Split(';'), parts["Signature"]), null);
    }
}
