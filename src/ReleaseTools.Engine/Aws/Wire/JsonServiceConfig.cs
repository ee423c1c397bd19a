using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util.Internal;

namespace ReleaseTools.Engine.Aws.Wire;

/// <summary>The configuration of a client of any JSON service. Settings come from <see cref="ClientSettings.ApplyTo"/>.</summary>
internal sealed class JsonServiceConfig : ClientConfig
{
    public JsonServiceConfig(AwsService service)
        : base(new DefaultConfigurationProvider([new DefaultConfiguration { Name = DefaultConfigurationMode.Standard }]))
    {
        Service = service;
        ServiceId = service.ServiceId;
        AuthenticationServiceName = service.SigningName;
        // The mode sets only what is set here anyway; asking for AWS_DEFAULTS_MODE would find the other modes missing.
        DefaultConfigurationMode = DefaultConfigurationMode.Standard;
    }

    /// <summary>The service.</summary>
    public AwsService Service { get; }

    /// <inheritdoc/>
    public override string ServiceVersion => string.Empty;

    /// <inheritdoc/>
    public override string UserAgent { get; } = InternalSDKUtils.BuildUserAgentString("ReleaseTools", typeof(JsonServiceConfig).Assembly.GetName().Version!.ToString(3));

    /// <inheritdoc/>
    public override string RegionEndpointServiceName => Service.EndpointPrefix;

    /// <inheritdoc/>
    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) => EndpointProvider.ResolveEndpoint(parameters: null);
}

/// <summary>One endpoint, known when the client is made.</summary>
internal sealed class FixedEndpointProvider(Uri endpoint) : IEndpointProvider
{
    /// <inheritdoc/>
    public Endpoint ResolveEndpoint(EndpointParameters? parameters) => new(endpoint.AbsoluteUri);
}
