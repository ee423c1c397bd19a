using ReleaseTools.Engine.Aws;
using ReleaseTools.Engine.Aws.SageMaker;
using ReleaseTools.Engine.Reporting;

namespace ReleaseTools.Engine.Inference.Endpoints;

/// <summary>Looks at one endpoint until something is so, telling what moves.</summary>
internal sealed class EndpointWatcher(AwsSession aws, IReleaseObserver observer, TimeProvider time)
{
    /// <summary>Waits until the endpoint no longer moves by itself.</summary>
    /// <returns>Whether that came before the time ran out, and the last status.</returns>
    public async Task<(bool Settled, string? Status)> SettledAsync(string endpointName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        string? status = null;
        var settled = await LookUntilAsync(
            endpointName, timeout, mayBeGone: false,
            seen =>
            {
                status = seen!.EndpointStatus;
                return EndpointState.Of(endpointName, seen.EndpointStatus, seen.FailureReason).Readiness != EndpointReadiness.Wait;
            },
            cancellationToken);
        return (settled, status);
    }

    /// <summary>Waits until something is so of the endpoint, which may not be there: then null is looked at.</summary>
    /// <returns>Whether that came before the time ran out.</returns>
    public Task<bool> UntilAsync(string endpointName, TimeSpan timeout, Func<DescribeEndpointResponse?, bool> isEnd, CancellationToken cancellationToken) =>
        LookUntilAsync(endpointName, timeout, mayBeGone: true, isEnd, cancellationToken);

    /// <summary>Waits for an update's end.</summary>
    public async Task<EndpointVerdict> UpdatedAsync(EndpointExpectation expected, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var wasSeen = false;
        var verdict = new EndpointVerdict(EndpointUpdateStatus.InProgress, "The update is not seen yet.");
        long? oursSince = null;
        var ended = await LookUntilAsync(
            expected.EndpointName, timeout, mayBeGone: false,
            seen =>
            {
                var before = verdict.Status;
                wasSeen |= seen!.EndpointStatus is "Updating" or "RollingBack" || EndpointStart.IsUnderWay(seen, expected.ConfigName);
                var ours = seen.EndpointStatus == "InService" && seen.EndpointConfigName == expected.ConfigName;
                oursSince = ours ? oursSince ?? time.GetTimestamp() : null;
                verdict = EndpointVerdict.Of(seen, expected, wasSeen, late: time.GetElapsedTime(oursSince ?? began) > ReadLag.Longest);

                // One read may be older than the one before it: bad news is believed when two in a row bring it.
                return verdict.Status == EndpointUpdateStatus.Updated || (verdict.Status != EndpointUpdateStatus.InProgress && verdict.Status == before);
            },
            cancellationToken);
        return ended
            ? verdict
            : new(EndpointUpdateStatus.TimedOut, $"The wait of {Words.Duration(timeout)} ran out. {verdict.Reason} {EndpointText.GoesOn(expected.EndpointName)}");
    }

    private async Task<bool> LookUntilAsync(string endpointName, TimeSpan timeout, bool mayBeGone, Func<DescribeEndpointResponse?, bool> isEnd, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var pace = new PollPace(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(15));
        string? told = null;
        while (true)
        {
            TimeSpan wait;
            try
            {
                var seen = await LookAsync(endpointName, mayBeGone, cancellationToken);
                var detail = seen is null ? null : Detail(seen);
                var status = seen is null ? EndpointState.Missing : seen.EndpointStatus ?? "Unknown";
                var moved = told != $"{status} {detail}";
                told = $"{status} {detail}";
                observer.Report(new EndpointProgress(endpointName, status, detail, time.GetElapsedTime(began)));
                if (isEnd(seen))
                    return true;
                wait = pace.After(moved);
            }
            catch (AwsServiceException error) when (error.IsTransient())
            {
                observer.Report(new Traced(endpointName, $"{error.Operation} was not answered ({error.Code}); looking again."));
                wait = pace.AfterNoAnswer();
            }

            var left = timeout - time.GetElapsedTime(began);
            if (left <= TimeSpan.Zero)
                return false;
            await Task.Delay(wait < left ? wait : left, time, cancellationToken);
        }
    }

    private async Task<DescribeEndpointResponse?> LookAsync(string endpointName, bool mayBeGone, CancellationToken cancellationToken)
    {
        try
        {
            return await aws.SageMaker.DescribeEndpointAsync(new(endpointName), cancellationToken);
        }
        catch (AwsServiceException gone) when (mayBeGone && gone.IsCouldNotFind())
        {
            return null;
        }
    }

    // Such as "AllTraffic: 1 of 1 instances, Updating; new AllTraffic: 0 of 1 instances, Creating".
    private static string? Detail(DescribeEndpointResponse seen)
    {
        var variants = Details(seen.ProductionVariants, "").Concat(Details(seen.ShadowProductionVariants, "shadow "))
            .Concat(Details(seen.PendingDeploymentSummary?.ProductionVariants, "new ")).Concat(Details(seen.PendingDeploymentSummary?.ShadowProductionVariants, "new shadow "));
        return string.Join("; ", variants) is { Length: > 0 } detail ? detail : null;
    }

    private static IEnumerable<string> Details(IReadOnlyList<ProductionVariantSummary>? variants, string what) => (variants ?? []).Select(variant =>
        $"{what}{variant.VariantName}: {(variant.DesiredInstanceCount is null && variant.CurrentInstanceCount is null ? "serverless" : $"{variant.CurrentInstanceCount ?? 0} of {variant.DesiredInstanceCount ?? 0} instances")}"
        + string.Concat((variant.VariantStatus ?? []).Select(status => $", {status.Status}{(string.IsNullOrEmpty(status.StatusMessage) ? "" : $" ({status.StatusMessage})")}")));
}
