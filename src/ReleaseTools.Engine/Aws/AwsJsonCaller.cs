using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Amazon.Runtime;
using ReleaseTools.Engine.Aws.Wire;

namespace ReleaseTools.Engine.Aws;

/// <summary>
/// Calls one service that speaks AWS JSON 1.1, through the SDK's pipeline: signing, retries, throttling and clock
/// skew are the SDK's.
/// </summary>
internal sealed class AwsJsonCaller : IAwsCaller, IDisposable
{
    private readonly AwsService service;
    private readonly JsonServiceClient client;
    private readonly Lazy<JsonServiceClient> onceClient;

    public AwsJsonCaller(AwsService service, AWSCredentials credentials, ClientSettings settings)
    {
        this.service = service;
        client = Make(maxStaleConnectionRetries: 1);
        // The SDK counts a connection that breaks off before an answer as stale, though the request may have been carried out.
        onceClient = new(() => Make(maxStaleConnectionRetries: 0));

        JsonServiceClient Make(int maxStaleConnectionRetries)
        {
            var config = new JsonServiceConfig(service);
            settings.ApplyTo(config, service);
            config.MaxStaleConnectionRetries = maxStaleConnectionRetries;
            return new JsonServiceClient(credentials, config);
        }
    }

    /// <inheritdoc/>
    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        string operation, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellationToken)
    {
        var once = request is IEffectOncePerCall;
        var call = new JsonOperationRequest($"{service.TargetPrefix}.{operation}", JsonSerializer.SerializeToUtf8Bytes(request, requestType)) { IsRepeatable = !once };
        using var answer = await AwsErrorMapper.MapAsync(service, operation, () => (once ? onceClient.Value : client).SendAsync(call, cancellationToken), cancellationToken);
        return Read(operation, answer, responseType);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        client.Dispose();
        if (onceClient.IsValueCreated)
            onceClient.Value.Dispose();
    }

    private TResponse Read<TResponse>(string operation, JsonOperationResponse answer, JsonTypeInfo<TResponse> responseType)
    {
        try
        {
            // A JSON null is as little an answer as no body at all.
            return JsonSerializer.Deserialize(answer.Body.Span, responseType) ?? throw new JsonException("The body is null.");
        }
        catch (Exception exception) when (exception is JsonException or FormatException or ArgumentException or InvalidOperationException)
        {
            throw AwsErrorMapper.Malformed(service, operation, answer, exception);
        }
    }
}
