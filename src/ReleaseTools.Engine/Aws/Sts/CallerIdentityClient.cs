using Amazon.SecurityToken;
using Amazon.SecurityToken.Model;
using ReleaseTools.Engine.Aws.Credentials;
using ReleaseTools.Engine.Aws.Wire;

namespace ReleaseTools.Engine.Aws.Sts;

/// <summary>Asks STS who the credentials are, through the SDK's own client: STS speaks the query protocol.</summary>
internal sealed class CallerIdentityClient(SessionCredentials credentials, ClientSettings settings) : ICallerIdentitySource, IDisposable
{
    private readonly Lazy<AmazonSecurityTokenServiceClient> client = new(() =>
    {
        var config = new AmazonSecurityTokenServiceConfig();
        settings.ApplyTo(config, AwsService.Sts);
        return new AmazonSecurityTokenServiceClient(credentials, config);
    });

    /// <inheritdoc/>
    public async Task<CallerIdentity> GetCallerIdentityAsync(CancellationToken cancellationToken)
    {
        var answer = await AwsErrorMapper.MapAsync(
            AwsService.Sts, "GetCallerIdentity", () => client.Value.GetCallerIdentityAsync(new GetCallerIdentityRequest(), cancellationToken), cancellationToken);
        return new CallerIdentity(answer.Account, answer.Arn, answer.UserId);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (client.IsValueCreated)
            client.Value.Dispose();
    }
}
