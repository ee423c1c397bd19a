using static ReleaseTools.Engine.Tests.Images.Registries.Oci.ScriptedServer;

namespace ReleaseTools.Engine.Tests.Images.Registries.Oci;

/// <summary>A token server, and how a registry that trusts it answers: tokens are <c>token-1</c>, <c>token-2</c>…, each for the scope it was asked for.</summary>
internal sealed class TokenServer : IDisposable
{
    private readonly Dictionary<string, string> scopes = new(StringComparer.Ordinal);
    private readonly ScriptedServer server;

    public TokenServer() => server = new ScriptedServer(request => Before?.Invoke(request) ?? Give(request));

    public string Realm => $"http://{server.Host}/token";

    public IReadOnlyList<Request> Requests => [.. server.Requests];

    /// <summary>Asked first; what it gives is the answer.</summary>
    public Func<Request, Reply?>? Before { get; set; }

    /// <summary>Seconds that a token is good for; null where the server does not say.</summary>
    public int? ExpiresIn { get; set; } = 300;

    public string TokenMember { get; set; } = "token";

    /// <summary>Tokens that the registry takes no longer.</summary>
    public HashSet<string> Revoked { get; } = new(StringComparer.Ordinal);

    /// <summary>The registry's challenge to a request that shows no token that is good for it; null where it does.</summary>
    public Reply? Challenge(Request request)
    {
        var scope = $"repository:team/web-ui:{(request.Method == "PUT" ? "pull,push" : "pull")}";
        var token = request.Authorization?["Bearer ".Length..];
        if (token is not null && !Revoked.Contains(token) && scopes.GetValueOrDefault(token) == scope)
            return null;
        var error = token is null ? "" : Revoked.Contains(token) ? ",error=\"invalid_token\"" : ",error=\"insufficient_scope\"";
        return MemoryRegistry.Error(401, "UNAUTHORIZED", "authentication required", ("WWW-Authenticate", $"Bearer realm=\"{Realm}\",service=\"registry.test\",scope=\"{scope}\"{error}"));
    }

    public void Dispose() => server.Dispose();

    private Reply Give(Request request)
    {
        var token = $"token-{scopes.Count + 1}";
        scopes[token] = request.Parameters.FirstOrDefault(parameter => parameter.Name == "scope").Value;
        return new Reply(200, $$"""{ "{{TokenMember}}": "{{token}}" {{(ExpiresIn is null ? "" : $", \"expires_in\": {ExpiresIn}")}} }""");
    }
}
