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
        using var client = new HttpClient(handler, disposeHandler: false) { Timeout = RequestTimeout };
        var began = time.GetTimestamp();
        while (true)
        {
            var answer = await AskAsync(client, url, cancellationToken);
            var elapsed = time.GetElapsedTime(began);
            if (answer is null)
            {
                observer.Report(new Noted(rollout.Service, $"{url} answers."));
                return rollout with { Reason = $"{rollout.Reason} {url} answers.", Duration = rollout.Duration + elapsed };
            }

            if (elapsed >= timeout)
            {
                return rollout with
                {
                    Status = RolloutStatus.Failed,
                    Reason = $"{rollout.Reason} But {url} did not answer well within {Words.Duration(timeout)}; last: {answer}.",
                    Duration = rollout.Duration + elapsed,
                };
            }

            observer.Report(new Traced(rollout.Service, $"{url}: {answer}; asking again."));
            await Task.Delay(BetweenLooks, time, cancellationToken);
        }
    }

    // Null when it answered well, else what came instead.
    private static async Task<string?> AskAsync(HttpClient client, string url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(url), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            var status = (int)answer.StatusCode;
            return status is >= 200 and < 400 ? null : $"HTTP {status}";
        }
        catch (HttpRequestException error)
        {
            return error.Message.TrimEnd('.');
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer in {Words.Duration(RequestTimeout)}";
        }
    }
}
