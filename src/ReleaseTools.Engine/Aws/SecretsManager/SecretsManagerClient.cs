namespace ReleaseTools.Engine.Aws.SecretsManager;

/// <summary>The operations of AWS Secrets Manager that a release uses. None reads a value.</summary>
public sealed class SecretsManagerClient(IAwsCaller caller)
{
    /// <summary>What is known of a secret by name or ARN, without its value; one that is not there is a <c>ResourceNotFoundException</c>.</summary>
    public Task<DescribeSecretResponse> DescribeSecretAsync(DescribeSecretRequest request, CancellationToken cancellationToken) =>
        caller.CallAsync("DescribeSecret", request, SecretsManagerJson.Default.DescribeSecretRequest, SecretsManagerJson.Default.DescribeSecretResponse, cancellationToken);
}
