namespace ReleaseTools.Engine.Rollouts;

/// <summary>
/// Holds a watcher's calls below the rate at which ECS throttles: 20 reads a second of each kind, after a burst of 50 or 100.
/// The rate is the account's, so watchers of several clusters share one.
/// (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html)
/// </summary>
internal sealed class CallPace(TimeProvider time)
{
    // A quarter of the rate is left to whoever else reads.
    private const double PerSecond = 15;
    private const double Burst = 20;

    private readonly Dictionary<string, (double Calls, long At)> left = new(StringComparer.Ordinal);

    /// <summary>Waits until the operation may be called.</summary>
    public async Task WaitForAsync(string operation, CancellationToken cancellationToken)
    {
        var calls = Take(operation);
        if (calls < 0)
            await Task.Delay(TimeSpan.FromSeconds(-calls / PerSecond), time, cancellationToken);
    }

    private double Take(string operation)
    {
        lock (left)
        {
            var now = time.GetTimestamp();
            var (calls, at) = left.GetValueOrDefault(operation, (Burst, now));
            calls = Math.Min(Burst, calls + (time.GetElapsedTime(at, now).TotalSeconds * PerSecond)) - 1;
            left[operation] = (calls, now);
            return calls;
        }
    }
}
