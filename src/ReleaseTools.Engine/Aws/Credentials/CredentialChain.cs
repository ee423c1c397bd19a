using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Aws.Credentials;

/// <summary>
/// Finds a session's credentials. The first that is there is taken, whether or not it works; that is asked afterwards.
/// </summary>
/// <remarks>
/// <code>
/// 1  -ProfileName                          not there: an error
/// 2  -Credential
/// 3  $StoredAWSCredentials
/// 4  AWS_ACCESS_KEY_ID …                   environment
/// 5  AWS_PROFILE, else the default profile
/// 6  AWS_WEB_IDENTITY_TOKEN_FILE           a role by web identity
/// 7  AWS_CONTAINER_CREDENTIALS_…           a container's role
/// 8  instance metadata                     an instance's role, when the service answers within a second
/// </code>
/// 1 to 5 and 8 are in the order of AWS Tools for PowerShell.
/// </remarks>
internal static class CredentialChain
{
    /// <summary>The credentials, not yet asked for their keys.</summary>
    /// <param name="options">What was given.</param>
    /// <param name="profiles">The profiles.</param>
    /// <param name="profile">The profile of the session, if there is one.</param>
    /// <param name="cancellationToken">Stops looking for instance metadata.</param>
    /// <exception cref="ReleaseException">There are none.</exception>
    public static async Task<SessionCredentials> FindAsync(AwsSessionOptions options, AwsProfiles profiles, CredentialProfile? profile, CancellationToken cancellationToken)
    {
        if (options.ProfileName is { Length: > 0 })
            return profiles.Credentials(profile!);
        if (options.Credential is { } given)
            return Given(given, "-Credential");
        if (options.StoredCredentials is { } stored)
            return Given(stored, "$StoredAWSCredentials");
        if (OfEnvironment(options.Environment) is { } keys)
            return new SessionCredentials(() => keys, "the environment's AWS_ACCESS_KEY_ID");

        // A default profile often holds a region and nothing else; one that AWS_PROFILE names is meant.
        if (profile is not null && (profile.CanCreateAWSCredentials || Has(options.Environment, "AWS_PROFILE")))
            return profiles.Credentials(profile);
        if (Has(options.Environment, "AWS_WEB_IDENTITY_TOKEN_FILE") && Has(options.Environment, "AWS_ROLE_ARN"))
            return new SessionCredentials(() => OfWebIdentity(options.Environment), "the environment's AWS_WEB_IDENTITY_TOKEN_FILE");
        if (Has(options.Environment, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || Has(options.Environment, "AWS_CONTAINER_CREDENTIALS_FULL_URI"))
            return new SessionCredentials(() => new GenericContainerCredentials(), "the container's role");
        if (await InstanceMetadata.FindCredentialsAsync(options.Environment, cancellationToken) is { } instance)
            return new SessionCredentials(() => instance, "the instance's role");

        throw ReleaseException.For(nameof(Messages.AwsCredentialsMissing), ErrorKind.Authentication, target: profile?.Name ?? "default");
    }

    private static AWSCredentials? OfEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        if (environment.GetValueOrDefault("AWS_ACCESS_KEY_ID") is not { Length: > 0 } accessKey || environment.GetValueOrDefault("AWS_SECRET_ACCESS_KEY") is not { Length: > 0 } secretKey)
            return null;
        return environment.GetValueOrDefault("AWS_SESSION_TOKEN") is { Length: > 0 } token
            ? new SessionAWSCredentials(accessKey, secretKey, token)
            : new BasicAWSCredentials(accessKey, secretKey);
    }

    private static AssumeRoleWithWebIdentityCredentials OfWebIdentity(IReadOnlyDictionary<string, string> environment) =>
        new(Path.GetFullPath(environment["AWS_WEB_IDENTITY_TOKEN_FILE"]), environment["AWS_ROLE_ARN"], environment.GetValueOrDefault("AWS_ROLE_SESSION_NAME"));

    private static SessionCredentials Given(object given, string origin)
    {
        var credentials = ForeignCredentials.From(given, origin);
        return new SessionCredentials(() => credentials, origin);
    }

    private static bool Has(IReadOnlyDictionary<string, string> environment, string name) => environment.GetValueOrDefault(name) is { Length: > 0 };
}
