using ReleaseTools.Engine.Aws;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// SageMaker's reads are eventually consistent: what was made a moment ago may not be found yet, "so retry logic is
/// recommended" (CreateEndpointConfig, API reference).
/// </summary>
internal static class ReadLag
{
    /// <summary>How long a read may lag. SageMaker names no bound; this is well above what is seen.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    /// <summary>The time between two looks at what should have changed.</summary>
    public static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    /// <summary>Makes a call that names things made a moment ago, again and again while SageMaker does not find them: it refused, so nothing was done.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="made">The names of what was made; another that is not found is an error at once.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<T> UntilFoundAsync<T>(TimeProvider time, IReadOnlyCollection<string> made, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (AwsServiceException missing) when (missing.IsCouldNotFind() && made.Any(name => IsOf(missing, name)) && time.GetElapsedTime(began) < Longest)
            {
                await Task.Delay(BetweenLooks, time, cancellationToken);
            }
        }
    }

    // Such as: Could not find model "arn:aws:sagemaker:eu-west-1:000000000000:model/name". ARNs have names in lower case.
    private static bool IsOf(AwsServiceException missing, string name) => missing.Message.Contains($"/{name}\"", StringComparison.OrdinalIgnoreCase);
}
