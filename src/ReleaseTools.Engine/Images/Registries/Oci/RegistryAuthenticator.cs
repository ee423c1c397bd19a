using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries.Oci;

/// <summary>What went with a request to show who asks.</summary>
internal sealed class Proof(AuthenticationHeaderValue header, RegistryAuthorization login, BearerToken? token)
{
    public AuthenticationHeaderValue Header { get; } = header;

    public RegistryAuthorization Login { get; } = login;

    public BearerToken? Token { get; } = token;
}

/// <summary>
/// Shows a registry who asks, as it wants to be shown. A challenge that was met is met in advance from then on:
/// <code>
/// 401 Basic   ─▶ user and password, to this host only
/// 401 Bearer  ─▶ a token of the server that it names, for the scope that it names; refused ─▶ a new token, once
/// </code>
/// </summary>
internal sealed class RegistryAuthenticator(RegistryTransport transport, RegistryLogins logins, TimeProvider timeProvider) : IDisposable
{
    private readonly RegistryTokens tokens = new(transport, logins, timeProvider);
    private readonly ConcurrentDictionary<Use, RegistryChallenge> met = new();
    private readonly ConcurrentDictionary<string, RegistryChallenge> metByLogin = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The header of user and password.</summary>
    public static AuthenticationHeaderValue Basic(RegistryAuthorization login) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.UserName}:{login.Password}")));

    /// <summary>
    /// Asks a registry whether it is one (https://github.com/opencontainers/distribution-spec/blob/main/spec.md#determining-support),
    /// so that the connection is made, and user and password go with the first request that needs them.
    /// </summary>
    public async Task GreetAsync(RegistryAddress registry, CancellationToken cancellationToken)
    {
        var answer = await transport.SendAsync(new RegistryRequest(HttpMethod.Get, new Uri(registry.Url, "/v2/")), cancellationToken);
        if (answer.Status == HttpStatusCode.Unauthorized && !answer.Challenges.Any(challenge => challenge.IsBearer) && answer.Challenges.FirstOrDefault(challenge => challenge.IsBasic) is { } basic)
            metByLogin[registry.Host] = basic;
    }

    /// <summary>Sends a request and meets the challenge it is answered with.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="path">The repository's path.</param>
    /// <param name="request">Makes the request with what shows who asks.</param>
    /// <param name="writes">Whether it writes: a token for reading does not do then.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>An answer whose status is not 401, and what was shown for it.</returns>
    /// <exception cref="ReleaseException"><c>RegistryUnauthorized</c>, <c>RegistryDenied</c>, or what the token server or the way to it says.</exception>
    public async Task<(RegistryAnswer Answer, RegistryAuthorization Login)> SendAsync(
        RegistryAddress registry, string path, Func<AuthenticationHeaderValue?, RegistryRequest> request, bool writes, CancellationToken cancellationToken)
    {
        var proof = met.TryGetValue(new Use(registry.Host, path, writes), out var last) || metByLogin.TryGetValue(registry.Host, out last) ? await MeetAsync(registry, last, refused: null, cancellationToken) : null;
        for (var refusals = 0; ; refusals++)
        {
            var answer = await transport.SendAsync(request(proof?.Header), cancellationToken);
            var login = proof?.Login ?? RegistryAuthorization.Anonymous(registry.Host);
            if (answer.Status != HttpStatusCode.Unauthorized)
                return (answer, login);

            var asked = answer.Challenges.FirstOrDefault(challenge => challenge.IsBearer) ?? answer.Challenges.FirstOrDefault(challenge => challenge.IsBasic);
            // A token that was just fetched for this very scope is good; what it is good for is not enough.
            if (refusals > 0 && proof?.Token is not null && asked is { Error: "insufficient_scope" })
                throw RegistryRefusals.Denied(registry, login, $"{registry.Host}/{path}", answer);
            proof = asked is null || refusals == 2 ? null : await MeetAsync(registry, asked, proof, cancellationToken);
            if (proof is null)
                throw RegistryRefusals.Unauthorized(registry, login, answer);
            met[new Use(registry.Host, path, writes)] = asked!;
            if (asked!.IsBasic)
                metByLogin[registry.Host] = asked; // user and password are for the whole host, a token for a repository
        }
    }

    public void Dispose() => tokens.Dispose();

    /// <summary>What meets a challenge; null when there is nothing but what was refused.</summary>
    private async Task<Proof?> MeetAsync(RegistryAddress registry, RegistryChallenge challenge, Proof? refused, CancellationToken cancellationToken)
    {
        if (challenge.IsBearer)
        {
            var token = await tokens.GetAsync(registry, challenge, refused?.Token, cancellationToken);
            var used = await logins.GetAsync(registry.Host, refused: null, cancellationToken);
            return new Proof(new AuthenticationHeaderValue("Bearer", token.Value), used!, token);
        }

        // An identity token is for a token server; there is no way to show it to the registry itself.
        var login = await logins.GetAsync(registry.Host, refused?.Login, cancellationToken);
        return login is null or { IsAnonymous: true } or { IdentityToken: not null } ? null : new Proof(Basic(login), login, token: null);
    }

    private sealed record Use(string Host, string Path, bool Writes);
}
