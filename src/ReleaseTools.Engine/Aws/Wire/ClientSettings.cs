using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using ReleaseTools.Engine.Aws.Endpoints;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Aws.Wire;

/// <summary>
/// What all clients of a session share. The SDK keeps its own copy of these settings per process, taken once from the
/// environment and the default profile; here they come from the session's environment and its profile, as they are
/// when the session is made.
/// </summary>
internal sealed record ClientSettings
{
    /// <summary>Tries in all. Releases make many calls at once and would rather wait than fail; the SDK's own default is 3.</summary>
    private const int DefaultMaxAttempts = 5;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(5);

    public required string Region { get; init; }

    public string? EndpointUrl { get; init; }

    public bool IgnoreConfiguredEndpointUrls { get; init; }

    public bool UseFips { get; init; }

    public bool UseDualStack { get; init; }

    public RequestRetryMode RetryMode { get; init; } = RequestRetryMode.Standard;

    public int MaxAttempts { get; init; } = DefaultMaxAttempts;

    /// <summary>For one try: long enough for the slowest answer, short enough to find a dead connection.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public Profile? Profile { get; init; }

    public static ClientSettings Read(string region, string? endpointUrl, IReadOnlyDictionary<string, string> environment, CredentialProfile? profile, string? profilesLocation) =>
        new()
        {
            Region = region,
            EndpointUrl = endpointUrl,
            Environment = environment,
            Profile = ProfileOf(profile, profilesLocation),
            IgnoreConfiguredEndpointUrls = IgnoresConfigured(environment, profile),
            UseFips = Flag(environment, "AWS_USE_FIPS_ENDPOINT") ?? profile?.UseFIPSEndpoint ?? false,
            UseDualStack = Flag(environment, "AWS_USE_DUALSTACK_ENDPOINT") ?? profile?.UseDualstackEndpoint ?? false,
            RetryMode = Parsed<RequestRetryMode>(environment, "AWS_RETRY_MODE", TryParseMode) ?? profile?.RetryMode ?? RequestRetryMode.Standard,
            MaxAttempts = Parsed<int>(environment, "AWS_MAX_ATTEMPTS", TryParseAttempts) ?? profile?.MaxAttempts ?? DefaultMaxAttempts,
        };

    /// <summary>The endpoint that stands in for a service's own, before a region is known; null when AWS's holds.</summary>
    /// <exception cref="ReleaseException">It is no URL.</exception>
    public static (Uri Url, string Origin)? FindOverride(
        AwsService service, string? endpointUrl, IReadOnlyDictionary<string, string> environment, CredentialProfile? profile, string? profilesLocation) =>
        EndpointOverride.Find(service, endpointUrl, IgnoresConfigured(environment, profile), environment, ProfileOf(profile, profilesLocation));

    /// <summary>The endpoint of a service, and where it came from.</summary>
    /// <exception cref="ReleaseException">An override is no URL or cannot be combined with FIPS or dual-stack, or there is no such endpoint.</exception>
    public (Uri Endpoint, string Origin) EndpointOf(AwsService service)
    {
        if (OverrideOf(service) is not var (url, origin))
            return (AwsEndpoints.Resolve(service, Region, UseFips, UseDualStack), $"region {Region}");

        // As the services' own endpoint rule sets have it.
        return !UseFips && !UseDualStack ? (url, origin) : throw ReleaseException.For(nameof(Messages.AwsEndpointConflict), ErrorKind.InvalidArgument, url, url, origin);
    }

    /// <summary>Sets up a client's configuration: ours, or the SDK's own for STS.</summary>
    public void ApplyTo(ClientConfig config, AwsService service)
    {
        var endpoint = EndpointOf(service).Endpoint;
        config.IgnoreConfiguredEndpointUrls = true; // they are in the endpoint already
        config.RegionEndpoint = RegionEndpoint.GetBySystemName(Region);
        if (OverrideOf(service) is not null)
            config.ServiceURL = endpoint.AbsoluteUri;
        config.AuthenticationRegion = Region;
        config.UseFIPSEndpoint = UseFips;
        config.UseDualstackEndpoint = UseDualStack;
        config.EndpointProvider = new FixedEndpointProvider(endpoint);
        config.RetryMode = RetryMode;
        config.MaxErrorRetry = MaxAttempts - 1;
        // A pooled connection may have died unseen, so one more try beyond MaxAttempts; the SDK's ten could start ten deployments.
        config.MaxStaleConnectionRetries = 1;
        config.Timeout = RequestTimeout;
        config.ConnectTimeout = ConnectTimeout;
    }

    private (Uri Url, string Origin)? OverrideOf(AwsService service) =>
        EndpointOverride.Find(service, EndpointUrl, IgnoreConfiguredEndpointUrls, Environment, Profile);

    private static Profile? ProfileOf(CredentialProfile? profile, string? location) => profile is null ? null : new Profile(profile.Name, location);

    private static bool IgnoresConfigured(IReadOnlyDictionary<string, string> environment, CredentialProfile? profile) =>
        Flag(environment, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") ?? profile?.IgnoreConfiguredEndpointUrls ?? false;

    private static bool? Flag(IReadOnlyDictionary<string, string> environment, string name) => Parsed<bool>(environment, name, bool.TryParse);

    private static bool TryParseMode(string text, out RequestRetryMode mode) =>
        Enum.TryParse(text, ignoreCase: true, out mode) && Enum.IsDefined(mode);

    private static bool TryParseAttempts(string text, out int attempts) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out attempts) && attempts > 0;

    private delegate bool TryParse<T>(string text, out T value);

    private static T? Parsed<T>(IReadOnlyDictionary<string, string> environment, string name, TryParse<T> tryParse)
        where T : struct
    {
        if (environment.GetValueOrDefault(name) is not { Length: > 0 } text)
            return null;
        return tryParse(text, out var value) ? value : throw ReleaseException.For(nameof(Messages.AwsSettingInvalid), ErrorKind.InvalidArgument, name, name, text);
    }
}
