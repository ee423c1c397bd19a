using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries.Oci;

/// <summary>A token for what a challenge asked for. Not a record: its text would be the token.</summary>
internal sealed class BearerToken(string value, DateTimeOffset goodUntil)
{
    public string Value { get; } = value;

    public DateTimeOffset GoodUntil { get; } = goodUntil;
}

/// <summary>What a token is for.</summary>
internal sealed record TokenUse(string Host, RegistryChallenge For);

/// <summary>
/// Bearer tokens from the token servers that registries name, one per scope, in memory until shortly before they expire:
/// https://distribution.github.io/distribution/spec/auth/token/, and for identity tokens https://distribution.github.io/distribution/spec/auth/oauth/.
/// </summary>
internal sealed class RegistryTokens(RegistryTransport transport, RegistryLogins logins, TimeProvider timeProvider) : IDisposable
{
    private const string Client = "releasetools";
    private static readonly TimeSpan DefaultLife = TimeSpan.FromSeconds(60); // where the server says none
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<TokenUse, BearerToken> known = new();
    private readonly Gates<TokenUse> gates = new(EqualityComparer<TokenUse>.Default);

    /// <summary>A token for a challenge of a registry.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="challenge">What it asks for.</param>
    /// <param name="refused">A token that it refused, and which is not to be given again; null at first.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ReleaseException"><c>RegistryRealmInsecure</c>, <c>RegistryUnauthorized</c>, <c>RegistryDenied</c>, or what <see cref="RegistryTransport.SendAsync"/> throws.</exception>
    public Task<BearerToken> GetAsync(RegistryAddress registry, RegistryChallenge challenge, BearerToken? refused, CancellationToken cancellationToken)
    {
        var key = new TokenUse(registry.Host, challenge with { Error = null });
        return gates.EnterAsync(
            key,
            async () => known.TryGetValue(key, out var held) && held != refused && timeProvider.GetUtcNow() < held.GoodUntil
                ? held
                : known[key] = await FetchAsync(registry, challenge, cancellationToken),
            cancellationToken);
    }

    public void Dispose() => gates.Dispose();

    private async Task<BearerToken> FetchAsync(RegistryAddress registry, RegistryChallenge challenge, CancellationToken cancellationToken)
    {
        var realm = CheckRealm(registry, challenge);
        var asked = timeProvider.GetUtcNow(); // and not the server's issued_at, whose clock may be another
        var login = await logins.GetAsync(registry.Host, refused: null, cancellationToken);
        var answer = await transport.SendAsync(Question(realm, challenge, login!), cancellationToken);
        if (answer.Status == HttpStatusCode.Unauthorized && await logins.GetAsync(registry.Host, login, cancellationToken) is { } other)
        {
            login = other;
            answer = await transport.SendAsync(Question(realm, challenge, login), cancellationToken);
        }

        if (!answer.IsSuccess)
            throw RegistryRefusals.Of(registry, login!, $"{realm.Authority}{realm.AbsolutePath}", challenge.Scope ?? registry.Host, answer);
        var (token, life) = Read(realm, answer);
        // A quarter of its life, and no more than half a minute, is left for the request that it goes with.
        return new BearerToken(token, asked + life - (life / 4 < LongestRest ? life / 4 : LongestRest));
    }

    /// <summary>Credentials go to the token server by TLS, or within this machine.</summary>
    private static Uri CheckRealm(RegistryAddress registry, RegistryChallenge challenge) =>
        Uri.TryCreate(challenge.Realm, UriKind.Absolute, out var realm) && RegistryAddress.MayLead(registry.Url, realm)
            ? realm
            : throw ReleaseException.For(nameof(Messages.RegistryRealmInsecure), ErrorKind.Authentication, registry.Host, registry.Host, TerminalText.Neutralise(challenge.Realm ?? ""));

    private static RegistryRequest Question(Uri realm, RegistryChallenge challenge, RegistryAuthorization login)
    {
        var parameters = new List<(string Name, string Value)>();
        if (challenge.Service is { } service)
            parameters.Add(("service", service));
        if (challenge.Scope is { } scope)
            parameters.Add(("scope", scope));
        parameters.Add(("client_id", Client));
        if (login.IdentityToken is { } identity)
        {
            parameters.Add(("grant_type", "refresh_token"));
            parameters.Add(("refresh_token", identity));
            return new RegistryRequest(HttpMethod.Post, realm) { Content = Encoding.UTF8.GetBytes(Query(parameters)), ContentType = "application/x-www-form-urlencoded" };
        }

        var url = new UriBuilder(realm) { Query = string.Join('&', new[] { realm.Query.TrimStart('?'), Query(parameters) }.Where(part => part.Length > 0)) };
        return new RegistryRequest(HttpMethod.Get, url.Uri) { Authorization = login.IsAnonymous ? null : RegistryAuthenticator.Basic(login) };
    }

    private static string Query(IEnumerable<(string Name, string Value)> parameters) =>
        string.Join('&', parameters.Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));

    private static (string Token, TimeSpan Life) Read(Uri realm, RegistryAnswer answer)
    {
        try
        {
            var given = JsonSerializer.Deserialize(answer.Body, TokenJson.Default.TokenAnswer);
            var token = given?.Token is { Length: > 0 } named ? named : given?.AccessToken;
            if (!string.IsNullOrEmpty(token) && token.All(character => character is > ' ' and < '\x7f'))
                return (token, given!.ExpiresIn > 0 ? TimeSpan.FromSeconds(Math.Min(given.ExpiresIn, TimeSpan.FromDays(1).TotalSeconds)) : DefaultLife);
        }
        catch (JsonException)
        {
            // As little an answer as one without a token.
        }

        throw ReleaseException.For(nameof(Messages.RegistryAnswerInvalid), ErrorKind.Authentication, realm.Authority, realm.Authority, "no token");
    }
}

/// <summary>Not a record: its text would be a secret.</summary>
internal sealed class TokenAnswer
{
    [JsonPropertyName("token")]
    public string? Token { get; init; }

    /// <summary>OAuth2's name for it.</summary>
    [JsonPropertyName("access_token")]
    public string? AccessToken { get; init; }

    /// <summary>Seconds.</summary>
    [JsonPropertyName("expires_in")]
    public double ExpiresIn { get; init; }
}

[JsonSerializable(typeof(TokenAnswer))]
internal sealed partial class TokenJson : JsonSerializerContext;
