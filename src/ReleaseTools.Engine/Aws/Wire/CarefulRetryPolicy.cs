using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace ReleaseTools.Engine.Aws.Wire;

/// <summary>The SDK's standard mode, which sends again only what may be sent again.</summary>
internal sealed class CarefulRetryPolicy(IClientConfig config) : StandardRetryPolicy(config)
{
    public override Task<bool> RetryForExceptionAsync(IExecutionContext executionContext, Exception exception) =>
        MaySendAgain(executionContext, exception, IsThrottlingError) ? base.RetryForExceptionAsync(executionContext, exception) : Task.FromResult(false);

    /// <summary>Whether nothing can come twice of it: the request may be repeated, or the service refused it for now.</summary>
    /// <remarks>A clock that is off is refused too, and sent again before this is asked.</remarks>
    internal static bool MaySendAgain(IExecutionContext executionContext, Exception exception, Predicate<Exception> isThrottling) =>
        executionContext.RequestContext.OriginalRequest is not JsonOperationRequest { IsRepeatable: false } || isThrottling(exception);
}
