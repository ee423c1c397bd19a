using Amazon;
using ReleaseTools.Engine.Aws.Wire;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Aws.Endpoints;

/// <summary>
/// An endpoint that stands in for AWS's own. In the order of
/// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html: given explicitly,
/// <c>AWS_ENDPOINT_URL_&lt;SERVICE&gt;</c>, <c>AWS_ENDPOINT_URL</c>, the profile's <c>services</c> section, its <c>endpoint_url</c>.
/// </summary>
internal static class EndpointOverride
{
    private const string Variable = "AWS_ENDPOINT_URL";

    /// <summary>The override and where it came from; null when AWS's own endpoint holds.</summary>
    public static (Uri Url, string Origin)? Find(AwsService service, string? explicitUrl, bool ignoreConfigured, IReadOnlyDictionary<string, string> environment, Profile? profile)
    {
        if (!string.IsNullOrEmpty(explicitUrl))
            return (Parse(explicitUrl, "-EndpointUrl"), "-EndpointUrl");
        if (ignoreConfigured)
            return null;

        var specific = $"{Variable}_{service.ServiceId.ToUpperInvariant().Replace(' ', '_')}";
        foreach (var variable in (string[])[specific, Variable])
        {
            if (environment.GetValueOrDefault(variable) is { Length: > 0 } url)
                return (Parse(url, variable), variable);
        }

        return profile is not null && OfProfile(service, profile) is { Length: > 0 } configured
            ? (Parse(configured, $"profile {profile.Name}"), $"profile {profile.Name}")
            : null;
    }

    /// <summary>The SDK reads a profile's nested <c>services</c> section only through a client configuration.</summary>
    private static string? OfProfile(AwsService service, Profile profile) =>
        new JsonServiceConfig(service) { Profile = profile, IgnoreConfiguredEndpointUrls = false }.ServiceURL;

    private static Uri Parse(string url, string origin) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw ReleaseException.For(nameof(Messages.AwsEndpointUrlInvalid), ErrorKind.InvalidArgument, url, url, origin);
}
