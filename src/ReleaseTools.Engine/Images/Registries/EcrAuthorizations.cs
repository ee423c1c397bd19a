using System.Text;
using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.Ecr;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Images.Registries;

/// <summary>
/// ECR's tokens, one per registry, in memory only. A token lasts 12 hours
/// (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html) and is renewed an hour
/// before, so that a push that begins with it can end with it.
/// </summary>
internal sealed class EcrAuthorizations(AwsSession session, TimeProvider timeProvider) : IDisposable
{
    private static readonly TimeSpan RenewBefore = TimeSpan.FromHours(1);
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<string, RegistryAuthorization> byHost = new(StringComparer.OrdinalIgnoreCase);

    public async Task<RegistryAuthorization> GetAsync(EcrRepository repository, RegistryAuthorization? refused, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (byHost.TryGetValue(repository.Host, out var known) && known != refused && known.ExpiresAt - timeProvider.GetUtcNow() > RenewBefore)
                return known;
            return byHost[repository.Host] = await FetchAsync(repository, cancellationToken);
        }
        finally
        {
            gate.Release();
        }
    }

    public void Dispose() => gate.Dispose();

    private async Task<RegistryAuthorization> FetchAsync(EcrRepository repository, CancellationToken cancellationToken)
    {
        var response = await session.Ecr.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest(), cancellationToken);
        if (response.AuthorizationData is not [{ AuthorizationToken: { } token } data, ..])
            throw ReleaseException.For(nameof(Messages.RegistryTokenMissing), ErrorKind.Authentication, repository.Host, repository.Host);

        // The token goes to the registry that ECR named with it, and to ECR registries of other accounts in the same
        // region, for which it holds as well; never to a host that a definition made up.
        var named = data.ProxyEndpoint is { } endpoint && Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) ? uri.Authority : null;
        if (!string.Equals(named, repository.Host, StringComparison.OrdinalIgnoreCase) && repository.Region != session.Region)
            throw ReleaseException.For(nameof(Messages.RegistryHostForeign), ErrorKind.InvalidArgument, repository.Uri, repository.Host, named ?? "(none)", session.Region);

        var (user, password) = Split(token) ?? throw ReleaseException.For(nameof(Messages.RegistryTokenMissing), ErrorKind.Authentication, repository.Host, repository.Host);
        return new RegistryAuthorization(repository.Host, user, password, data.ExpiresAt) { Origin = "ECR", IsEcrToken = true };
    }

    private static (string User, string Password)? Split(string token)
    {
        var buffer = new byte[token.Length];
        if (!Convert.TryFromBase64String(token, buffer, out var length))
            return null;
        var text = Encoding.UTF8.GetString(buffer, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon <= 0 ? null : (text[..colon], text[(colon + 1)..]);
    }
}
