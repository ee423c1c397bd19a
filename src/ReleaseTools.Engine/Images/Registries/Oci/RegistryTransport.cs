using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Images.Registries.Oci;

/// <summary>
/// Brings a request to a registry and its answer back, again where the fault was of the moment:
/// <code>
/// 408, 429, 500, 502, 503, 504, no connection, no answer in time ─▶ wait (Retry-After, else 1, 2, 4 s), three times
/// no such host, no TLS, an untrusted certificate                  ─▶ an error at once
/// any other status                                                ─▶ the caller's to judge
/// </code>
/// TLS always, but for this machine: there plain http is spoken where https is not, as docker has it for 127.0.0.0/8
/// (https://docs.docker.com/reference/cli/dockerd/#insecure-registries).
/// </summary>
internal sealed class RegistryTransport(RegistryHttp http, IReleaseObserver observer, TimeProvider timeProvider)
{
    /// <summary>How long one attempt may take.</summary>
    public static readonly TimeSpan LongestAttempt = TimeSpan.FromSeconds(60);

    /// <summary>How long a registry may have one wait; one that asks for more is told of instead.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private const int Retries = 3;
    private const int LongestChain = 5;
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    /// <summary>Sends a request.</summary>
    /// <returns>The answer, whatever its status.</returns>
    /// <exception cref="ReleaseException"><c>RegistryUnreachable</c>, <c>RegistryTlsFailed</c>, <c>RegistryCertificateUntrusted</c>, <c>RegistryAnswerInvalid</c>.</exception>
    public async Task<RegistryAnswer> SendAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        var host = request.Url.Authority;
        for (var failures = 0; ; failures++)
        {
            var wait = TimeSpan.FromTicks(FirstWait.Ticks << failures);
            string why;
            try
            {
                var answer = await FollowAsync(request, cancellationToken);
                if (!IsTransient(answer.Status) || failures == Retries)
                    return answer;
                wait = AskedWait(answer.RetryAfter) ?? wait;
                if (wait > LongestWait)
                    return answer;
                why = answer.Words;
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is HttpRequestException or IOException or TimeoutException)
            {
                ThrowIfLasting(exception, host);
                if (failures == Retries)
                    throw Unreachable(exception, host);
                why = Why(exception);
            }

            observer.Report(new Warned(host, $"{request.Method} failed ({why}); again in {wait.TotalSeconds:0} s, {failures + 1} of {Retries}"));
            await Task.Delay(wait, timeProvider, cancellationToken);
        }
    }

    private async Task<RegistryAnswer> FollowAsync(RegistryRequest request, CancellationToken cancellationToken)
    {
        var url = request.Url;
        var authorization = request.Authorization;
        for (var hops = 0; ; hops++)
        {
            var (answer, from) = await ByTlsAsync(request, url, authorization, cancellationToken);
            if (!request.FollowsRedirects || hops == LongestChain || (int)answer.Status is not (301 or 302 or 303 or 307 or 308))
                return answer;
            if (!Uri.TryCreate(from, answer.Location, out var next) || !RegistryAddress.MayLead(from, next))
                return answer;
            if (Uri.Compare(from, next, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) != 0)
                authorization = null;
            url = next;
        }
    }

    /// <summary>The answer, and the URL by which it came.</summary>
    private async Task<(RegistryAnswer Answer, Uri From)> ByTlsAsync(RegistryRequest request, Uri url, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        if (url.Scheme == Uri.UriSchemeHttp || !RegistryAddress.IsOnLoopback(url))
            return (await AttemptAsync(request, url, authorization, cancellationToken), url);

        var withoutTls = new UriBuilder(url) { Scheme = Uri.UriSchemeHttp, Port = url.IsDefaultPort ? 80 : url.Port }.Uri;
        // What shows nothing may go by plain http at once: few registries that a machine keeps for itself speak TLS, and a handshake that fails takes time.
        var mayGoPlain = http.PlainHosts.ContainsKey(url.Authority) || !url.IsDefaultPort && authorization is null && request.Content is null;
        if (mayGoPlain && await PlainAsync() is { } plain)
            return (plain, withoutTls);

        try
        {
            return (await AttemptAsync(request, url, authorization, cancellationToken), url);
        }
        catch (HttpRequestException exception) when (IsWithoutTls(exception) || url.IsDefaultPort && exception.HttpRequestError == HttpRequestError.ConnectionError)
        {
            // Nothing but the handshake was sent so far.
            var answer = await AttemptAsync(request, withoutTls, authorization, cancellationToken);
            http.PlainHosts[url.Authority] = true;
            return (answer, withoutTls);
        }

        // Null from a server that may speak TLS alone: it answers plain http with 400, or hangs up.
        async Task<RegistryAnswer?> PlainAsync()
        {
            try
            {
                var answer = await AttemptAsync(request, withoutTls, authorization, cancellationToken);
                if (answer.Status != HttpStatusCode.BadRequest)
                {
                    http.PlainHosts[url.Authority] = true;
                    return answer;
                }
            }
            catch (HttpRequestException)
            {
                // By TLS then, or the same again.
            }

            http.PlainHosts.TryRemove(url.Authority, out _);
            return null;
        }
    }

    private async Task<RegistryAnswer> AttemptAsync(RegistryRequest request, Uri url, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        using var tooLate = new CancellationTokenSource(LongestAttempt, timeProvider);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, tooLate.Token);
        try
        {
            using var message = request.ToMessage(url, authorization);
            using var response = await http.Client.SendAsync(message, stop.Token);
            return await RegistryAnswer.ReadAsync(response, request.LongestAnswer, stop.Token);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && exception is not ReleaseException)
        {
            throw new OperationCanceledException(exception.Message, exception, cancellationToken);
        }
        catch (Exception exception) when (tooLate.IsCancellationRequested && exception is not ReleaseException)
        {
            throw new TimeoutException($"no answer within {LongestAttempt.TotalSeconds:0} s", exception);
        }
        catch (OperationCanceledException exception)
        {
            throw new TimeoutException("no connection in time", exception); // the handler's own timeout
        }
    }

    private TimeSpan? AskedWait(RetryConditionHeaderValue? retryAfter) =>
        (retryAfter?.Delta ?? retryAfter?.Date - timeProvider.GetUtcNow()) is { } asked && asked > TimeSpan.Zero ? asked : null;

    private static bool IsTransient(HttpStatusCode status) => (int)status is 408 or 429 or 500 or 502 or 503 or 504;

    /// <summary>Whether somebody answered the handshake with something else, or hung up on it.</summary>
    private static bool IsWithoutTls(HttpRequestException exception) =>
        exception is { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: not UntrustedCertificateException };

    private static void ThrowIfLasting(Exception exception, string host)
    {
        switch (exception)
        {
            case HttpRequestException { InnerException: UntrustedCertificateException untrusted }:
                throw ReleaseException.Wrap(exception, nameof(Messages.RegistryCertificateUntrusted), ErrorKind.Connection, host, host, untrusted.Message);
            case HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: AuthenticationException failed }:
                // .NET's own words for an answer that is not TLS speak of frames and help nobody.
                throw ReleaseException.Wrap(
                    exception, nameof(Messages.RegistryTlsFailed), ErrorKind.Connection, host, host, failed.InnerException?.Message ?? "what answers there does not speak it");
            case HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound } }:
                throw Unreachable(exception, host);
        }
    }

    private static ReleaseException Unreachable(Exception exception, string host) =>
        ReleaseException.Wrap(exception, nameof(Messages.RegistryUnreachable), ErrorKind.Connection, host, host, Why(exception));

    private static string Why(Exception exception) => (exception as TimeoutException ?? exception.GetBaseException()).Message.TrimEnd('.');
}
