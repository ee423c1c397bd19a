using ReleaseTools.Engine.Aws.Credentials;

namespace ReleaseTools.Engine.Aws;

/// <summary>
/// The environment of a process that is to act as the session does. Terraform finds credentials by itself: without this a
/// release with <c>-ProfileName prod</c> would apply as whoever the environment says.
/// </summary>
public static class AwsProcessEnvironment
{
    private static readonly string[] Keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];

    /// <summary>The environment with what the command was told of identity and region in place of what it held.</summary>
    /// <param name="options">What the command was given.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="Errors.ReleaseException">The profile is not there, or the credentials cannot be had.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> OfAsync(AwsSessionOptions options, CancellationToken cancellationToken)
    {
        var environment = new Dictionary<string, string>(options.Environment, OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        if ((options.Region ?? options.StoredRegion) is { Length: > 0 } region)
            environment["AWS_REGION"] = environment["AWS_DEFAULT_REGION"] = region;
        if (options.ProfileName is null && options.Credential is null && options.StoredCredentials is null)
            return environment;

        var profiles = new AwsProfiles(options.Environment);
        var credentials = await CredentialChain.FindAsync(options, profiles, options.ProfileName is null ? null : profiles.For(options.ProfileName), cancellationToken);
        foreach (var key in Keys.Append("AWS_PROFILE").Append("AWS_DEFAULT_PROFILE"))
            environment.Remove(key);
        if (options.ProfileName is { } profile)
        {
            environment["AWS_PROFILE"] = profile; // the process renews them by itself, SSO included
            return environment;
        }

        var keys = await credentials.GetCredentialsAsync().WaitAsync(cancellationToken);
        environment[Keys[0]] = keys.AccessKey;
        environment[Keys[1]] = keys.SecretKey;
        if (!string.IsNullOrEmpty(keys.Token))
            environment[Keys[2]] = keys.Token;
        return environment;
    }
}
