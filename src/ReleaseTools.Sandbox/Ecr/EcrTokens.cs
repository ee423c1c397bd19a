using System.Security.Cryptography;
using System.Text;

namespace ReleaseTools.Sandbox.Ecr;

/// <summary>The tokens that GetAuthorizationToken gave, good for 12 hours, user name <c>AWS</c>.</summary>
internal sealed class EcrTokens(TimeProvider clock)
{
    /// <summary>How long a token is good, as ECR documents it.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly object gate = new();
    private readonly Dictionary<string, DateTimeOffset> expiries = new(StringComparer.Ordinal);

    /// <summary>Gives a new token: base64 of <c>AWS:password</c>.</summary>
    public (string Token, DateTimeOffset ExpiresAt) Issue()
    {
        var token = Convert.ToBase64String(Encoding.ASCII.GetBytes("AWS:" + Convert.ToHexString(RandomNumberGenerator.GetBytes(32))));
        var now = clock.GetUtcNow();
        lock (gate)
        {
            foreach (var expired in expiries.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToList())
                expiries.Remove(expired);
            expiries[token] = now + Lifetime;
        }
        return (token, now + Lifetime);
    }

    /// <summary>Whether an <c>Authorization</c> header carries a token that is still good.</summary>
    public bool Accepts(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            return false;
        lock (gate)
            return expiries.TryGetValue(authorization["Basic ".Length..].Trim(), out var expires) && clock.GetUtcNow() < expires;
    }
}
