using System.Text.Json.Serialization.Metadata;

namespace ReleaseTools.Engine.Aws;

/// <summary>Sends one operation to one AWS service, signed and retried.</summary>
public interface IAwsCaller
{
    /// <summary>Sends <paramref name="request"/> and reads the answer.</summary>
    /// <exception cref="AwsServiceException">The service refused, or could not be reached.</exception>
    Task<TResponse> CallAsync<TRequest, TResponse>(
        string operation, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TResponse> responseType, CancellationToken cancellationToken);
}
