namespace ReleaseTools.Engine.Aws.Credentials;

/// <summary>
/// Whether this machine is an EC2 instance that could have a role. The SDK finds that out by asking for up to half a
/// minute; off EC2, which is where people type, the answer has to come within a second.
/// </summary>
internal static class InstanceMetadata
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>Asks for a session token of the metadata service (IMDSv2); any answer shows that it is there.</summary>
    public static async Task<bool> IsThereAsync(IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        if (bool.TryParse(environment.GetValueOrDefault("AWS_EC2_METADATA_DISABLED"), out var disabled) && disabled)
            return false;

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
