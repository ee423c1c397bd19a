using Amazon.Runtime;

namespace ReleaseTools.Engine.Aws.Credentials;

/// <summary>
/// The role of the EC2 instance that this machine may be. The SDK asks for up to half a minute before it knows that
/// there is none; off EC2, which is where people type, the answer has to come within a second.
/// </summary>
internal static class InstanceMetadata
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The role's credentials; null when this is no instance, or one without a role.</summary>
    public static async Task<AWSCredentials?> FindCredentialsAsync(IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (bool.TryParse(environment.GetValueOrDefault("AWS_EC2_METADATA_DISABLED"), out var disabled) && disabled)
            return null;
        if (!await AnswersAsync(environment, cancellationToken))
            return null;

        try
        {
            var roles = await InstanceProfileAWSCredentials.GetAvailableRolesAsync(proxy: null).WaitAsync(cancellationToken);
            return roles.FirstOrDefault() is { Length: > 0 } role ? new InstanceProfileAWSCredentials(role) : null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            return null; // an instance without a role answers 404, and the SDK throws what HTTP threw
        }
    }

    /// <summary>Asks for a session token of the metadata service (IMDSv2); any answer shows that it is there.</summary>
    private static async Task<bool> AnswersAsync(IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(Endpoint(environment), "/latest/api/token"));
        request.Headers.Add("X-aws-ec2-metadata-token-ttl-seconds", "60");
        try
        {
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private static Uri Endpoint(IReadOnlyDictionary<string, string> environment) =>
        Uri.TryCreate(environment.GetValueOrDefault("AWS_EC2_METADATA_SERVICE_ENDPOINT"), UriKind.Absolute, out var endpoint) ? endpoint
        : string.Equals(environment.GetValueOrDefault("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"), "IPv6", StringComparison.OrdinalIgnoreCase) ? new Uri("http://[fd00:ec2::254]")
        : new Uri("http://169.254.169.254");
}
