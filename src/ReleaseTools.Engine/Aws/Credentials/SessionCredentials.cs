using Amazon.Runtime;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Aws.Credentials;

/// <summary>
/// A session's credentials, wherever they come from. They are asked for again at every call, so the SDK renews those that
/// expire; when that fails the error says which credentials, and what to do.
/// </summary>
/// <param name="make">Makes the credentials, when they are first asked for.</param>
/// <param name="origin">Where they came from, for people: <c>profile x</c>.</param>
/// <param name="profileName">The profile's name, where they are a profile's.</param>
internal sealed class SessionCredentials(Func<AWSCredentials> make, string origin, string? profileName = null) : AWSCredentials
{
    private readonly Lazy<AWSCredentials> inner = new(make, LazyThreadSafetyMode.PublicationOnly);

    /// <summary>Where they came from.</summary>
    public string Origin { get; } = origin;

    /// <inheritdoc/>
    public override ImmutableCredentials GetCredentials()
    {
        try
        {
            return inner.Value.GetCredentials();
        }
        catch (Exception exception) when (exception is not (ReleaseException or OperationCanceledException))
        {
            throw Explain(exception);
        }
    }

    /// <inheritdoc/>
    public override async Task<ImmutableCredentials> GetCredentialsAsync()
    {
        try
        {
            return await inner.Value.GetCredentialsAsync();
        }
        catch (Exception exception) when (exception is not (ReleaseException or OperationCanceledException))
        {
            throw Explain(exception);
        }
    }

    private ReleaseException Explain(Exception exception) =>
        IsSsoSession(exception)
            ? ReleaseException.Wrap(exception, nameof(Messages.AwsSsoTokenExpired), ErrorKind.Authentication, Origin, Origin, profileName ?? "<profile>")
            : ReleaseException.Wrap(exception, nameof(Messages.AwsCredentialsFailed), ErrorKind.Authentication, Origin, Origin, Innermost(exception).Message);

    // The SDK has no type or code for "log in again": SSOTokenManager says it in these sentences only. An SSO portal that
    // refuses the cached token answers UnauthorizedException.
    private static bool IsSsoSession(Exception exception) =>
        exception.Message.Contains("SSO Token", StringComparison.OrdinalIgnoreCase)
        || exception is AmazonServiceException { ErrorCode: "UnauthorizedException" }
        || (exception.InnerException is { } innerException && IsSsoSession(innerException));

    private static Exception Innermost(Exception exception) => exception.InnerException is { } innerException ? Innermost(innerException) : exception;
}
