namespace ReleaseTools.Engine.Images.Registries;

/// <summary>Credentials for one registry.</summary>
/// <param name="Host">The only host they may be sent to.</param>
/// <param name="UserName">The user name; empty without credentials.</param>
/// <param name="Password">A secret; empty where there is an identity token instead, or nothing.</param>
/// <param name="ExpiresAt">When they end; null when that is not known.</param>
public sealed record RegistryAuthorization(string Host, string UserName, string Password, DateTimeOffset? ExpiresAt)
{
    /// <summary>
    /// What a login at the registry's token server gave in place of the password: an OAuth2 refresh token
    /// (https://distribution.github.io/distribution/spec/auth/oauth/). A secret; null where there is a password.
    /// </summary>
    public string? IdentityToken { get; init; }

    /// <summary>Where they are from, in words for people; null where nobody said.</summary>
    public string? Origin { get; init; }

    /// <summary>Whether it is a token of Amazon ECR, which stands for an identity of AWS and its permissions.</summary>
    public bool IsEcrToken { get; init; }

    /// <summary>Whether there are no credentials in it: it is tried without.</summary>
    public bool IsAnonymous => UserName.Length == 0 && IdentityToken is null;

    /// <summary>What they are, in words that go into a sentence; no secret is among them.</summary>
    internal string Words =>
        IsAnonymous ? "a request without credentials"
        : (IdentityToken is null ? $"the credentials of '{UserName}'" : "the identity token") + (Origin is null ? "" : $" from {Origin}");

    /// <summary>No credentials.</summary>
    public static RegistryAuthorization Anonymous(string host) => new(host, "", "", ExpiresAt: null);

    /// <summary>Never the password, nor the identity token.</summary>
    public override string ToString() => $"RegistryAuthorization {{ Host = {Host}, UserName = {UserName}, ExpiresAt = {ExpiresAt:O}, Origin = {Origin} }}";
}
