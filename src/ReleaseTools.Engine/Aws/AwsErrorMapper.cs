using System.Net;
using Amazon.Runtime;
using ReleaseTools.Engine.Aws.Wire;
using ReleaseTools.Engine.Errors;

namespace ReleaseTools.Engine.Aws;

/// <summary>
/// Makes one kind of exception of all that a call can end in. What an operator has to do depends on the error's code,
/// never on its message, which AWS words anew at will.
/// </summary>
internal static class AwsErrorMapper
{
    /// <summary>Runs a call whose retries are over when it fails.</summary>
    /// <exception cref="AwsServiceException">The service refused, or could not be reached.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; never a timeout.</exception>
    public static async Task<T> MapAsync<T>(AwsService service, string operation, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            // The SDK reports some cancellations as the broken stream they caused, or with a token of its own.
            throw new OperationCanceledException($"{service.SigningName}:{operation} was cancelled.", exception, cancellationToken);
        }
        catch (AmazonServiceException exception)
        {
            throw OfService(service, operation, exception);
        }
        catch (Exception exception) when (IsTimeout(exception))
        {
            throw Create(nameof(Messages.AwsTimedOut), ErrorKind.Timeout, service, operation, "RequestTimeout", status: null, requestId: null, exception.Message, exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or WebException or AmazonClientException)
        {
            throw Create(
                nameof(Messages.AwsUnreachable), ErrorKind.Connection, service, operation, "ConnectionFailure", status: null, requestId: null,
                exception.GetBaseException().Message, exception);
        }
    }

    /// <summary>The service said it succeeded, and then something that is not its answer.</summary>
    public static AwsServiceException Malformed(AwsService service, string operation, JsonOperationResponse answer, Exception exception) =>
        Create(
            nameof(Messages.AwsAnswerMalformed), ErrorKind.Failed, service, operation, "MalformedResponse", answer.HttpStatusCode, answer.ResponseMetadata?.RequestId,
            answer.Body.Length == 0 ? "the body is empty" : exception.Message, exception);

    private static AwsServiceException OfService(AwsService service, string operation, AmazonServiceException exception)
    {
        var code = exception.ErrorCode ?? string.Empty;
        var (id, kind) = Classify(code, exception.StatusCode);
        var rejected = id is nameof(Messages.AwsCredentialsRejected);

        // What AWS writes of a wrong signature quotes the whole request, with the session token among its headers.
        return Create(
            id, kind, service, operation, code, exception.StatusCode, exception.RequestId,
            rejected ? UpTo(exception.Message, "The Canonical String") : exception.Message,
            rejected ? null : exception);
    }

    private static (string Id, ErrorKind Kind) Classify(string code, HttpStatusCode status) => code switch
    {
        _ when code.StartsWith("AccessDenied", StringComparison.Ordinal) || code is "UnauthorizedOperation" or "NotAuthorized" =>
            (nameof(Messages.AwsAccessDenied), ErrorKind.PermissionDenied),
        _ when code.StartsWith("ExpiredToken", StringComparison.Ordinal) || code is "RequestExpired" or "TokenRefreshRequired" =>
            (nameof(Messages.AwsCredentialsExpired), ErrorKind.Authentication),
        _ when code.StartsWith("UnrecognizedClient", StringComparison.Ordinal) || code.StartsWith("InvalidSignature", StringComparison.Ordinal)
            || code.StartsWith("IncompleteSignature", StringComparison.Ordinal) || code.StartsWith("MissingAuthenticationToken", StringComparison.Ordinal)
            || code is "SignatureDoesNotMatch" or "InvalidClientTokenId" or "InvalidAccessKeyId" or "AuthFailure" or "RequestTimeTooSkewed" =>
            (nameof(Messages.AwsCredentialsRejected), ErrorKind.Authentication),
        _ when code.StartsWith("Throttl", StringComparison.Ordinal)
            || code is "TooManyRequestsException" or "RequestLimitExceeded" or "RequestThrottled" or "RequestThrottledException" or "SlowDown" || status == HttpStatusCode.TooManyRequests =>
            (nameof(Messages.AwsThrottled), ErrorKind.Connection),
        _ when code.Contains("NotFound", StringComparison.Ordinal) =>
            (nameof(Messages.AwsNotFound), ErrorKind.NotFound),
        _ when code.StartsWith("Validation", StringComparison.Ordinal) || code.StartsWith("InvalidParameter", StringComparison.Ordinal) || code.StartsWith("InvalidInput", StringComparison.Ordinal) =>
            (nameof(Messages.AwsRequestInvalid), ErrorKind.InvalidArgument),
        _ when (int)status >= 500 =>
            (nameof(Messages.AwsServerError), ErrorKind.Connection),
        _ => (nameof(Messages.AwsServiceError), ErrorKind.Failed),
    };

    private static AwsServiceException Create(
        string id, ErrorKind kind, AwsService service, string operation, string code, HttpStatusCode? status, string? requestId, string message, Exception? inner) =>
        AwsServiceException.Create(id, kind, service.SigningName, operation, code, status, requestId, message, inner);

    // A timeout reaches us as itself, as a cancellation, or as the broken stream it caused.
    private static bool IsTimeout(Exception? exception) => exception is OperationCanceledException or TimeoutException || (exception is not null && IsTimeout(exception.InnerException));

    private static string UpTo(string text, string mark) =>
        text.IndexOf(mark, StringComparison.Ordinal) is >= 0 and var at ? text[..at].TrimEnd() : text;
}
