using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;

namespace ReleaseTools.Engine.Aws.Wire;

/// <summary>
/// The SDK's runtime pipeline (retries, clock skew, signing, HTTP) around one generic operation, put together as the
/// SDK's generated clients are: the endpoint resolver replaces the default one, and the auth handler, which says whose
/// signature it is, stands before it.
/// </summary>
internal sealed class JsonServiceClient(AWSCredentials credentials, JsonServiceConfig config) : AmazonServiceClient(credentials, config)
{
    private readonly JsonOperationMarshaller marshaller = new(config.Service);
    private readonly JsonOperationUnmarshaller unmarshaller = new();

    public Task<JsonOperationResponse> SendAsync(JsonOperationRequest request, CancellationToken cancellationToken) =>
        InvokeAsync<JsonOperationResponse>(request, new InvokeOptions { RequestMarshaller = marshaller, ResponseUnmarshaller = unmarshaller }, cancellationToken);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(
            Config.RetryMode == RequestRetryMode.Adaptive ? new RefillingAdaptiveRetryPolicy(Config) : new CarefulRetryPolicy(Config)));
        pipeline.RemoveHandler<EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new BaseEndpointResolver());
        pipeline.AddHandlerAfter<Marshaller>(new SigV4Handler());
    }

    private sealed class SigV4Handler : BaseAuthResolverHandler
    {
        protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) => AuthSchemeOption.DEFAULT_SIGV4;
    }
}
