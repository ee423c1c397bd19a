namespace ReleaseTools.Engine.Images.Registries;

/// <summary>Credentials for one registry.</summary>
/// <param name="Host">The only host they may be sent to.</param>
/// <param name="UserName">The user name.</param>
/// <param name="Password">A secret.</param>
/// <param name="ExpiresAt">When they end; null when that is not known.</param>
public sealed record RegistryAuthorization(string Host, string UserName, string Password, DateTimeOffset? ExpiresAt)
{
    /// <summary>Never the password.</summary>
    public override string ToString() => $"RegistryAuthorization {{ Host = {Host}, UserName = {UserName}, ExpiresAt = {ExpiresAt:O} }}";
}
