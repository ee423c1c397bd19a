using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Errors;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>
/// Starts an update of an endpoint. UpdateEndpoint has no token by which SageMaker would know a repeated one, so whether one
/// whose answer was lost was carried out is read off the endpoint:
/// <code>
/// answer                          then
/// an ARN                          it began
/// refused: the configuration is   asked again: reads lag, and it was made a moment ago
/// not found
/// refused                         the error; nothing began
/// none, a 5xx, or unreadable      it began if the endpoint moves, or is on the configuration; if neither is so for a minute it is
///                                 asked for once more, which SageMaker would refuse if the first one came after all
/// </code>
/// </summary>
internal sealed class EndpointStart(AwsSession aws, IReleaseObserver observer, TimeProvider time)
{
    /// <summary>Whether an update began, or may have: UpdateEndpoint was sent, and not refused.</summary>
    public bool MayHaveBegun { get; private set; }

    /// <summary>Starts it.</summary>
    /// <exception cref="AwsServiceException">SageMaker refused.</exception>
    /// <exception cref="ReleaseException">EndpointUpdateNotBegun: twice without an answer, and nothing came of it.</exception>
    public async Task StartAsync(UpdateEndpointRequest request, CancellationToken cancellationToken)
    {
        if (await SendAsync(request, cancellationToken) is null || await HasBegunAsync(request, cancellationToken))
            return;
        observer.Report(new Noted(request.EndpointName, "The update did not begin; it is asked for once more."));
        try
        {
            if (await SendAsync(request, cancellationToken) is not { } lost || await HasBegunAsync(request, cancellationToken))
                return;
            MayHaveBegun = false;
            throw ReleaseException.Wrap(lost, nameof(Messages.EndpointUpdateNotBegun), lost.Kind, request.EndpointName, request.EndpointName, lost.Message);
        }
        catch (AwsServiceException refused) when (!refused.MayHaveBeenDone())
        {
            if (!await HasBegunAsync(request, cancellationToken))
                throw;
            MayHaveBegun = true;
        }
    }

    /// <summary>Whether a look shows that an update to the configuration began.</summary>
    public static bool IsUnderWay(DescribeEndpointResponse seen, string configName) =>
        seen.PendingDeploymentSummary?.EndpointConfigName is { } pending ? pending == configName
            : seen.EndpointConfigName == configName || seen.EndpointStatus is "Updating" or "RollingBack";

    // Null where SageMaker said yes; what stands for its answer where none came.
    private async Task<AwsServiceException?> SendAsync(UpdateEndpointRequest request, CancellationToken cancellationToken)
    {
        try
        {
            MayHaveBegun = true;
            await ReadLag.UntilFoundAsync(time, [request.EndpointConfigName], () => aws.SageMaker.UpdateEndpointAsync(request, cancellationToken), cancellationToken);
            return null;
        }
        catch (AwsServiceException lost) when (lost.MayHaveBeenDone())
        {
            observer.Report(new Warned(request.EndpointName, $"UpdateEndpoint was not answered ({lost.Code}); the endpoint will tell whether the update began."));
            return lost;
        }
        catch (ReleaseException)
        {
            MayHaveBegun = false;
            throw;
        }
    }

    private async Task<bool> HasBegunAsync(UpdateEndpointRequest request, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        do
        {
            try
            {
                if (IsUnderWay(await aws.SageMaker.DescribeEndpointAsync(new(request.EndpointName), cancellationToken), request.EndpointConfigName))
                    return true;
            }
            catch (AwsServiceException error) when (error.IsTransient())
            {
                observer.Report(new Traced(request.EndpointName, $"{error.Operation} was not answered ({error.Code}); looking again."));
            }

            await Task.Delay(ReadLag.BetweenLooks, time, cancellationToken);
        }
        while (time.GetElapsedTime(began) < ReadLag.Longest);
        return false;
    }
}
