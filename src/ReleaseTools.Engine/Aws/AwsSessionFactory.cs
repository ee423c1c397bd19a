using Amazon.Runtime.CredentialManagement;
using ReleaseTools.Engine.Aws.Credentials;
using ReleaseTools.Engine.Aws.Sts;
using ReleaseTools.Engine.Aws.Wire;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Aws;

/// <summary>Makes sessions: finds the region, the credentials and the endpoints before any call is made.</summary>
public static class AwsSessionFactory
{
    private const string Subject = "AWS";

    /// <summary>Makes a session whose credentials are there.</summary>
    /// <param name="options">What was given.</param>
    /// <param name="observer">Hears where region, credentials and endpoints came from.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ReleaseException">No region, no credentials, credentials that cannot be had, or a setting that cannot be meant.</exception>
    public static async Task<AwsSession> CreateAsync(AwsSessionOptions options, IReleaseObserver observer, CancellationToken cancellationToken)
    {
        var profiles = new AwsProfiles(options.Environment);
        var profile = profiles.For(options.ProfileName);
        var (region, regionOrigin) = FindRegion(options, profile);
        var settings = ClientSettings.Read(region, options.EndpointUrl, options.Environment, profile, profiles.Location);
        Trace(observer, $"The region {region} is from {regionOrigin}.");

        // A broken endpoint is found now, not in the middle of a release.
        foreach (var service in AwsService.All)
            _ = settings.EndpointOf(service);

        var credentials = await CredentialChain.FindAsync(options, profiles, profile, cancellationToken);
        _ = await credentials.GetCredentialsAsync().WaitAsync(cancellationToken);
        Trace(observer, $"The credentials are from {credentials.Origin}.");

        return new AwsSession(region, CallerFor, new CallerIdentityClient(credentials, settings));

        AwsJsonCaller CallerFor(string endpointPrefix)
        {
            var service = AwsService.ByEndpointPrefix(endpointPrefix);
            var (endpoint, origin) = settings.EndpointOf(service);
            Trace(observer, $"The endpoint of {service.SigningName} is {endpoint}, from {origin}.");
            return new AwsJsonCaller(service, credentials, settings);
        }
    }

    /// <summary>The endpoint that stands in for a service's own; null when AWS's holds. Needs neither region nor credentials.</summary>
    /// <exception cref="ReleaseException">It is no URL, or the profile that may name it is not there.</exception>
    internal static Uri? FindEndpointOverride(AwsSessionOptions options, AwsService service)
    {
        var profiles = new AwsProfiles(options.Environment);
        return ClientSettings.FindOverride(service, options.EndpointUrl, options.Environment, profiles.For(options.ProfileName), profiles.Location)?.Url;
    }

    // Instance metadata is not asked: a release into whatever region a build machine happens to be in is worse than an error.
    private static (string Region, string Origin) FindRegion(AwsSessionOptions options, CredentialProfile? profile)
    {
        (string? Region, string Origin)[] candidates =
        [
            (options.RepositoryRegion, "the repository's host"),
            (options.Region, "-Region"),
            (options.DefinitionRegion, "the release definition"),
            (options.StoredRegion, "$StoredAWSRegion"),
            (options.Environment.GetValueOrDefault("AWS_REGION"), "AWS_REGION"),
            (options.Environment.GetValueOrDefault("AWS_DEFAULT_REGION"), "AWS_DEFAULT_REGION"),
            (profile?.Region?.SystemName, $"profile {profile?.Name}"),
        ];
        return candidates.FirstOrDefault(candidate => candidate.Region is { Length: > 0 }) is ({ } region, var origin)
            ? (region, origin)
            : throw ReleaseException.For(nameof(Messages.AwsRegionMissing), ErrorKind.InvalidArgument, target: "AWS_REGION");
    }

    private static void Trace(IReleaseObserver observer, string message) => observer.Report(new Traced(Subject, message));
}
