using System.Diagnostics.CodeAnalysis;
using Amazon.Runtime.CredentialManagement;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Aws.Credentials;

/// <summary>
/// The profiles of the shared credentials and config files and, on Windows, of the SDK's encrypted store.
/// The config file is the SDK's to find: it looks at <c>AWS_CONFIG_FILE</c> and <c>HOME</c> once per process.
/// </summary>
internal sealed class AwsProfiles
{
    private const string Default = "default";

    private readonly Lazy<CredentialProfileStoreChain> store;
    private readonly IReadOnlyDictionary<string, string> environment;

    public AwsProfiles(IReadOnlyDictionary<string, string> environment)
    {
        this.environment = environment;
        Location = environment.GetValueOrDefault("AWS_SHARED_CREDENTIALS_FILE") is { Length: > 0 } path ? path : null;
        store = new(() => new CredentialProfileStoreChain(Location));
    }

    /// <summary>The credentials file, where it is not the usual one.</summary>
    public string? Location { get; }

    /// <summary>The profile of a session: the one named, else that of <c>AWS_PROFILE</c>, else <c>default</c> where there is one.</summary>
    /// <exception cref="ReleaseException">One that was named is not there.</exception>
    public CredentialProfile? For(string? profileName)
    {
        var wanted = profileName is { Length: > 0 } ? profileName : environment.GetValueOrDefault("AWS_PROFILE");
        if (wanted is not { Length: > 0 } && AreNone())
            return null;
        if (TryGet(wanted is { Length: > 0 } ? wanted : Default, out var profile))
            return profile;
        if (wanted is not { Length: > 0 } || string.Equals(wanted, Default, StringComparison.Ordinal) && profileName is not { Length: > 0 })
            return null;

        var known = store.Value.ListProfiles().Select(found => found.Name).Order(StringComparer.Ordinal).ToList();
        throw ReleaseException.For(nameof(Messages.ProfileNotFound), ErrorKind.NotFound, wanted, wanted, known.Count == 0 ? "none" : string.Join(", ", known));
    }

    /// <summary>The credentials that a profile describes: keys, a role to assume, SSO, web identity, a process.</summary>
    /// <exception cref="ReleaseException">It describes none, or not wholly.</exception>
    public SessionCredentials Credentials(CredentialProfile profile)
    {
        if (!profile.CanCreateAWSCredentials)
            throw ReleaseException.For(nameof(Messages.ProfileHasNoCredentials), ErrorKind.Authentication, profile.Name, profile.Name);
        return new SessionCredentials(
            () => profile.GetAWSCredentials(profile.CredentialProfileStore ?? (ICredentialProfileSource)store.Value), $"profile {profile.Name}", profile.Name);
    }

    /// <summary>
    /// Whether there are no files for certain, as on a build machine, which is then spared the SDK
    /// (https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html). Windows has the encrypted store besides.
    /// </summary>
    private bool AreNone() =>
        !OperatingSystem.IsWindows() && environment.GetValueOrDefault("HOME") is { Length: > 0 } home
        && !File.Exists(Location ?? Path.Combine(home, ".aws", "credentials"))
        && !File.Exists(environment.GetValueOrDefault("AWS_CONFIG_FILE") is { Length: > 0 } config ? config : Path.Combine(home, ".aws", "config"));

    private bool TryGet(string name, [NotNullWhen(true)] out CredentialProfile? profile)
    {
        try
        {
            return store.Value.TryGetProfile(name, out profile);
        }
        catch (Exception exception)
        {
            // The SDK throws what its parser happens to throw, NullReferenceException among it.
            var origin = $"profile {name}";
            throw ReleaseException.Wrap(exception, nameof(Messages.AwsCredentialsFailed), ErrorKind.Authentication, origin, origin, $"the file cannot be read: {exception.Message}");
        }
    }
}
