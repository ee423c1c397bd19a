using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace ReleaseTools.Engine.Aws.Wire;

/// <summary>
/// The SDK's adaptive mode, whose bucket of send tokens fills while it waits for one. AWSSDK.Core 4.0.102 looks at the bucket
/// fifteen times without filling it in between (its <c>TokenBucket</c> does so only under AWS_NEW_RETRIES_2026), so a client that
/// is throttled at its first call would wait half a minute and fail.
/// </summary>
internal sealed class RefillingAdaptiveRetryPolicy : AdaptiveRetryPolicy
{
    public RefillingAdaptiveRetryPolicy(IClientConfig config)
        : base(config) => TokenBucket = new RefillingTokenBucket();

    public override Task<bool> RetryForExceptionAsync(IExecutionContext executionContext, Exception exception) =>
        CarefulRetryPolicy.MaySendAgain(executionContext, exception, IsThrottlingError) ? base.RetryForExceptionAsync(executionContext, exception) : Task.FromResult(false);

    private sealed class RefillingTokenBucket : TokenBucket
    {
        protected override async Task WaitForTokenAsync(int delayMs, CancellationToken cancellationToken)
        {
            // A millisecond more, since the wait is cut to whole ones. The bucket's lock is its own; calls that fill at
            // once can at most credit the same moment twice.
            await base.WaitForTokenAsync(delayMs + 1, cancellationToken);
            TokenBucketRefill();
        }
    }
}
