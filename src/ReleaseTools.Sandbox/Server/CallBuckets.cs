namespace ReleaseTools.Sandbox.Server;

/// <summary>
/// What AWS throttles by: a bucket of tokens for each operation, which fills at a steady rate up to what a burst may take,
/// by the sandbox's clock. (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html)
/// </summary>
internal sealed class CallBuckets(SandboxWorld world)
{
    private readonly object gate = new();
    private readonly Dictionary<(string Service, string Operation), (double Tokens, DateTimeOffset At)> buckets = [];

    /// <summary>Takes a token; false when there is none, and the call is to be throttled.</summary>
    public bool Take(string service, string operation, int perSecond, int burst)
    {
        lock (gate)
        {
            var now = world.Now;
            var (tokens, at) = buckets.GetValueOrDefault((service, operation), (burst, now));
            tokens = Math.Min(burst, tokens + (now - at).TotalSeconds * perSecond);
            var isThere = tokens >= 1;
            buckets[(service, operation)] = (isThere ? tokens - 1 : tokens, now);
            return isThere;
        }
    }
}
