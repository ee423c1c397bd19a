using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Asks a service's own URL whether it answers, once its deployment completed. A redirect is an answer and is not
/// followed: it may lead to another host. Nothing but the URL is sent, no credentials and no cookies.
/// </summary>
internal sealed class UrlCheck(HttpMessageHandler handler, IReleaseObserver observer, TimeProvider time)
{
    // Of one request; a load balancer may hold a connection to a target that is just being taken away.
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    /// <summary>The handler that asks over the network.</summary>
    public static HttpMessageHandler CreateHandler() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, Credentials = null };

    /// <summary>The rollout as it is, or Failed where its service's URL does not answer with 2xx or 3xx within the time.</summary>
    public async Task<ServiceRollout> CheckAsync(ServiceRollout rollout, string url, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var shown = Shown(url);
        using var client = new HttpClient(handler, disposeHandler: false) { Timeout = RequestTimeout };
        var began = time.GetTimestamp();
        while (true)
        {
            var answer = await AskAsync(client, url, cancellationToken);
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

    // What may hold a secret is not repeated.
    private static string Shown(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? parsed.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : "The URL to verify";

    // Null when it answered well, else what came instead.
    private static async Task<string?> AskAsync(HttpClient client, string url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var status = (int)answer.StatusCode;
            return status is >= 200 and < 400 ? null : $"HTTP {status}";
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
