using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Asks a service's own URL whether it answers, once its deployment completed. What is good is what the definition says, else
/// 200 to 299: a redirect may lead to an error, so it is followed, but on the URL's own host alone and never from https to http.
/// Nothing but the URL is sent, no credentials and no cookies.
/// </summary>
internal sealed class UrlCheck(HttpMessageHandler handler, IReleaseObserver observer, TimeProvider time)
{
    private const int MostRedirects = 10;

    // Of one request; a load balancer may hold a connection to a target that is just being taken away.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    /// <summary>The handler that asks over the network.</summary>
    public static HttpMessageHandler CreateHandler() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, Credentials = null };

    /// <summary>The rollout as it is, or Failed where its service's URL does not answer well within the time.</summary>
    public async Task<ServiceRollout> CheckAsync(ServiceRollout rollout, UrlVerification wanted, CancellationToken cancellationToken)
    {
        var shown = Shown(wanted.Url);
        var timeout = wanted.Timeout ?? DefaultTimeout;
        using var client = new HttpClient(handler, disposeHandler: false) { Timeout = RequestTimeout };
        var began = time.GetTimestamp();
        while (true)
        {
            var answer = await AskAsync(client, wanted, cancellationToken);
            var elapsed = time.GetElapsedTime(began);
            if (answer is null)
            {
                observer.Report(new Noted(rollout.Service, $"{shown} answers."));
                return rollout with { Reason = $"{rollout.Reason} {shown} answers.", Duration = rollout.Duration + elapsed };
            }

            if (elapsed >= timeout)
            {
                return rollout with
                {
                    Status = RolloutStatus.Failed,
                    Reason = $"{rollout.Reason} But {shown} did not answer well within {Words.Duration(timeout)}; last: {answer}.",
                    Duration = rollout.Duration + elapsed,
                };
            }

            observer.Report(new Traced(rollout.Service, $"{shown}: {answer}; asking again."));
            await Task.Delay(BetweenLooks, time, cancellationToken);
        }
    }

    private static bool IsGood(int status, IReadOnlyList<int> wanted) => wanted.Count == 0 ? status is >= 200 and < 300 : wanted.Contains(status);

    // What may hold a secret is not repeated.
    private static string Shown(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? parsed.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : "The URL to verify";

    // Null when it answered well, else what came instead.
    private static async Task<string?> AskAsync(HttpClient client, UrlVerification wanted, CancellationToken cancellationToken)
    {
        try
        {
            var url = new Uri(wanted.Url);
            for (var redirects = 0; redirects <= MostRedirects; redirects++)
            {
                using var answer = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                var status = (int)answer.StatusCode;
                if (IsGood(status, wanted.Status))
                    return null;
                if (status is not (301 or 302 or 303 or 307 or 308) || answer.Headers.Location is not { } location)
                    return $"HTTP {status}{(wanted.Status.Count == 0 ? "" : $", and {string.Join(" or ", wanted.Status)} is wanted")}";
                var next = new Uri(url, location);
                if (next.Host != url.Host || (next.Scheme != url.Scheme && next.Scheme != Uri.UriSchemeHttps))
                    return $"HTTP {status}, a redirect to {next.Scheme}://{next.Host}, which is not followed";
                url = next;
            }

            return $"more than {MostRedirects} redirects";
        }
        catch (Exception error) when (error is HttpRequestException or UriFormatException or InvalidOperationException or NotSupportedException) // no URL of the web, the latter
        {
            return error.Message.TrimEnd('.');
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer in {Words.Duration(RequestTimeout)}";
        }
    }
}
