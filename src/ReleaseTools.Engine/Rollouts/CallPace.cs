namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Holds calls below the rate at which ECS throttles, leaving some of it to whoever else calls. The rates are the account's,
/// so watchers of several clusters share one pace. Calls a second of a kind, after a burst:
/// <code>
///                          ECS           here
/// reads                    20, 50 to 100  15, 20
/// UpdateService            5, 50          4, 40
/// RegisterTaskDefinition   1, 20          0.8, 16
/// </code>
/// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html)
/// </summary>
internal sealed class CallPace(TimeProvider time)
{
    private readonly Dictionary<string, (double Calls, long At)> left = new(StringComparer.Ordinal);

    /// <summary>Waits until the operation may be called.</summary>
    public async Task WaitForAsync(string operation, CancellationToken cancellationToken)
    {
        var (perSecond, burst) = RateOf(operation);
        var calls = Take(operation, perSecond, burst);
        if (calls < 0)
            await Task.Delay(TimeSpan.FromSeconds(-calls / perSecond), time, cancellationToken);
    }

    private static (double PerSecond, double Burst) RateOf(string operation) => operation switch
    {
        "UpdateService" => (4, 40),
        "RegisterTaskDefinition" => (0.8, 16),
        _ => (15, 20),
    };

    private double Take(string operation, double perSecond, double burst)
    {
        lock (left)
        {
            var now = time.GetTimestamp();
            var (calls, at) = left.GetValueOrDefault(operation, (burst, now));
            calls = Math.Min(burst, calls + (time.GetElapsedTime(at, now).TotalSeconds * perSecond)) - 1;
            left[operation] = (calls, now);
            return calls;
        }
    }
}
